// Finds the element for which a user wants the menu: with the right button of the mouse, or a long press.

/** Milliseconds. */
const LONG = 500;
/** Pixels by which a finger may move during a long press. */
const STILL = 10;

/**
 * @typedef {object} Means
 * @property {(target: EventTarget | null) => HTMLElement | null} find returns the element of which the target is a part,
 *   and null if the browser's own menu can do more there
 * @property {(element: HTMLElement) => void} open opens the menu
 */

export class Hold {
  #means;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pressing;
  /** Whether the pointer that is down is a finger. */
  #isTouched = false;
  /** Whether it has opened the menu. */
  #isHeld = false;

  /**
   * @param {HTMLElement} host
   * @param {Means} means
   */
  constructor(host, means) {
    this.#means = means;
    host.addEventListener("contextmenu", (event) => this.#context(event));
    host.addEventListener("pointerdown", (event) => this.#press(event));
  }

  /**
   * Opens the menu instead of the browser's, unless a text is selected.
   * @param {MouseEvent} event
   */
  #context(event) {
    const element = this.#means.find(event.target);
    if (!element || getSelection()?.isCollapsed === false) return;
    event.preventDefault();
    // Some browsers send this event during a long press.
    if (this.#isHeld) return;
    this.#end();
    if (this.#isTouched) this.#hold(element);
    else this.#means.open(element);
  }

  /** @param {PointerEvent} event */
  #press({ target, pointerType, clientX, clientY }) {
    const element = this.#means.find(target);
    this.#end();
    this.#isHeld = false;
    this.#isTouched = pointerType === "touch";
    if (!element || !this.#isTouched) return;
    this.#pressing = setTimeout(() => this.#hold(element), LONG);
    const over = new AbortController();
    const { signal } = over;
    const moved = (/** @type {PointerEvent} */ event) => {
      if (Math.hypot(event.clientX - clientX, event.clientY - clientY) > STILL) this.#end();
    };
    addEventListener("pointermove", moved, { signal });
    for (const type of ["pointerup", "pointercancel"]) {
      addEventListener(type, () => {
        over.abort();
        this.#end();
      }, { signal });
    }
  }

  /**
   * Opens the menu during a long press, after which the finger clicks nothing and moves no focus.
   * @param {HTMLElement} element
   */
  #hold(element) {
    this.#isHeld = true;
    const lifted = new AbortController();
    for (const type of ["touchend", "touchcancel"]) {
      addEventListener(type, (event) => {
        event.preventDefault();
        lifted.abort();
      }, { capture: true, passive: false, signal: lifted.signal });
    }
    // The page may have lost the element, and with it those events.
    addEventListener("pointerdown", () => lifted.abort(), { capture: true, signal: lifted.signal });
    this.#means.open(element);
  }

  #end() {
    clearTimeout(this.#pressing);
    this.#pressing = undefined;
  }
}
