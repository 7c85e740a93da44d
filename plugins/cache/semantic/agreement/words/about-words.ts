/** Who uses one of these means words, not what they stand for: no synonym, inflection or article may be another there. */
export const ABOUT_WORDS: ReadonlySet<string> = new Set(
  `
translate translated translating translation proofread proofreading rewrite reword rephrase paraphrase transcribe
spell spelled spelt spelling pronounce pronounced pronunciation word words letters syllable syllables vowel vowels
rhyme rhymes synonym synonyms antonym antonyms anagram palindrome acronym etymology conjugate conjugation
plural singular tense participle noun verb adjective adverb pronoun preposition grammar grammatical grammatically sentence
sentences phrase phrases wording capitalize uppercase lowercase punctuation
`
    .trim()
    .split(/\s+/),
);
