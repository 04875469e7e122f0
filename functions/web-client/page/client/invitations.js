// Invitations to rooms that the user has not answered.

import { Failure } from "./call.js";

/**
 * @typedef {import("./api.js").Invitation} Invitation
 * @typedef {object} Means
 * @property {Pick<import("./api.js").Api, "answerInvitation" | "invitations">} api
 * @property {(room: number) => Promise<void>} appears waits until a new room is listed
 * @property {(invitation: Invitation) => void} oninvited
 * @property {() => void} onchange
 */

export class Invitations {
  #means;
  /** @type {Invitation[]} */
  #listed = [];

  /** @param {Means} means */
  constructor(means) {
    this.#means = means;
  }

  /** @returns {Invitation[]} newest first, without those that have expired */
  list() {
    return this.#listed.filter(({ expires_at }) => Date.parse(expires_at) > Date.now()).reverse();
  }

  async load() {
    this.#listed = await this.#means.api.invitations();
    this.#means.onchange();
  }

  /** Applies an `invited` event. The list lacks the invitation of a blocked person. @param {number} room */
  async invited(room) {
    await this.load();
    const invitation = this.#listed.find(({ conversation }) => conversation === room);
    if (invitation) this.#means.oninvited(invitation);
  }

  /**
   * Accepts an invitation, and waits for its room, or declines it.
   * @param {number} room
   * @param {boolean} accept
   */
  async answer(room, accept) {
    try {
      await this.#means.api.answerInvitation(room, accept);
      if (accept) await this.#means.appears(room);
      this.#forget(room);
    } catch (failure) {
      if (failure instanceof Failure && failure.code === "invite_invalid") this.#forget(room);
      throw failure;
    }
  }

  /** @param {number} room */
  #forget(room) {
    this.#listed = this.#listed.filter(({ conversation }) => conversation !== room);
    this.#means.onchange();
  }
}
