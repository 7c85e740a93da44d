/** The commonest words of English, and those of other languages with Latin letters: which of them a text holds more of tells. */
export const ENGLISH = new Set(
  "the is are was were how what why when where who which does do did my of with from can should would could and to for it this that i you your a an in on at me not please be have has".split(
    " ",
  ),
);

export const FOREIGN = new Set(
  (
    "der die das und ist nicht wie ich ein eine einen den dem mit für von zu auf sie wir wo wer warum kann mein meine sind gibt " +
    "el la los las un una que es en por para como cómo mi qué cuál cuánto del con donde dónde está son " +
    "le les des une est dans pour je mon ma quel quelle comment du et sur pas avec où qui sont ce " +
    "il lo gli di che è della per mio quanto sono dove perché " +
    "os um uma é não qual onde meu minha são " +
    "het een van ik mijn niet hoe wat zijn waar och att det är jag hur inte vad er og hvordan ikke jest nie jak jest co gdzie ve bir nasıl ne"
  ).split(" "),
);
