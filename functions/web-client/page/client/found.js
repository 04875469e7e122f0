// The places in a text at which a search has found its words. Pure. The server decides which messages are found; this
// follows its rules for letters, so that the same words are marked.

/** Characters before the first place that are shown of a long text. */
const BEFORE = 40;
/** Characters of a text that are shown. */
const LONGEST = 200;

/** Words, with apostrophes and points inside them. */
const WORDS = /[\p{L}\p{N}\p{M}_]+(?:['.,:][\p{L}\p{N}\p{M}_]+)*/gu;
const IN_WORDS = /[\p{L}\p{N}\p{M}_]/u;
/** The first letter of a word that is found within other words. */
const WITHIN = /^[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]/u;
/** Accents and points, and what cannot be seen. The marks of sounds in Japanese make other letters. */
const LEFT_OUT =
  /\p{DI}|(?=\p{M})(?![\u3099\u309a])[\p{sc=Zinh}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Hebr}\p{sc=Arab}]/gu;

/**
 * Folds a letter: `ß` and `SS` are the same, `é` and `E`.
 * @param {string} letter
 */
function fold(letter) {
  const plain = letter.normalize("NFKD").replace(LEFT_OUT, "").replace("’", "'");
  return plain.toUpperCase().toLowerCase().normalize("NFC");
}

/**
 * Returns the words of a search, folded.
 * @param {string} search
 * @returns {string[]}
 */
export function wordsOf(search) {
  return [...search].map(fold).join("").match(WORDS) ?? [];
}

/**
 * Splits a text at the places of words. A long text begins shortly before the first place.
 * @param {string} text
 * @param {string[]} words as of `wordsOf`
 * @returns {{text: string, isFound: boolean}[]}
 */
export function marked(text, words) {
  const letters = [...text];
  const isFound = places(letters, words);
  const first = Math.max(0, isFound.indexOf(true));
  const from = first < LONGEST - BEFORE ? 0 : first - BEFORE;
  const to = Math.min(letters.length, from + LONGEST);
  const parts = from > 0 ? [{ text: "…", isFound: false }] : [];
  for (let place = from; place < to; place += 1) {
    const last = parts.at(-1);
    if (last && place > from && last.isFound === isFound[place]) last.text += letters[place];
    else parts.push({ text: letters[place], isFound: isFound[place] });
  }
  if (to < letters.length) parts.push({ text: "…", isFound: false });
  return parts;
}

/**
 * Returns whether each letter is in a place of a word.
 * @param {string[]} letters
 * @param {string[]} words
 */
function places(letters, words) {
  const folded = letters.map(fold);
  const text = folded.join("");
  /** The letter of each unit of the folded text. */
  const origin = folded.flatMap((letter, place) => new Array(letter.length).fill(place));
  const isFound = new Array(letters.length).fill(false);
  for (const word of words) {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
      if (at > 0 && IN_WORDS.test(text[at - 1]) && !WITHIN.test(word)) continue;
      const end = origin[at + word.length] ?? letters.length;
      isFound.fill(true, origin[at], Math.max(end, origin[at + word.length - 1] + 1));
    }
  }
  return isFound;
}
