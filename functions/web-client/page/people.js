// What people are called. Names never change, so each is asked for once and kept.

export class People {
  #key;
  /** @type {Map<number, string>} */
  #names;

  /** @param {import("./session.js").Session} me */
  constructor(me) {
    this.#key = `people:${me.id}`;
    this.#names = new Map(JSON.parse(localStorage.getItem(this.#key) ?? "[]"));
    this.#names.set(me.id, me.username);
  }

  /** @param {{id: number, username: string}[]} users */
  learn(users) {
    for (const { id, username } of users) this.#names.set(id, username);
    localStorage.setItem(this.#key, JSON.stringify([...this.#names]));
  }

  /** @param {number} user */
  knows(user) {
    return this.#names.has(user);
  }

  /** @param {number} user */
  name(user) {
    return this.#names.get(user) ?? `User ${user}`;
  }

  forget() {
    localStorage.removeItem(this.#key);
  }
}
