// Prompts for measuring redaction: ordinary prose, prose with numbers that are nobody's data, and prose with somebody's data in it.

const PROSE = `The committee met on a grey morning and spent most of it on the question of the old harbour. Nobody doubted that the walls had
to be repaired; what they could not agree on was who should pay, and in which order. Ms. Hartley, who had read the report twice,
thought that the northern wall could wait: "It leans, but it has leaned since we were children." The engineers were less sure.

After lunch the talk turned to the market hall. Would the traders come back if the roof were new? Some said yes, at once; others
pointed out that customers had got used to the shops at the edge of town, and that habits change slowly. In the end they asked for
a second opinion, thanked the clerk for her patience, and went home before the rain began.
`;

const NUMBERS = `In 2024 the harbour handled 12,480 tonnes of goods, 3.5 % more than in 2023, and the cost of repairs rose from 1.2 to 1.9 million
euros. Section 4.2.1 of the report (pages 118 to 131) lists 27 walls, of which 9 are older than 150 years. The meeting on
14 March began at 10:30 and ended at 16:45; version 2.11.3 of the plan was accepted by 17 votes to 4.

1. Walls 3, 8 and 12 come first, at 45,000 each.
2. The hall is to be 24.5 m long and 11 m wide, with room for 180 stalls at 35 a day.
Order 88213 for 640 bags of cement, batch 7-114, arrives in week 22; the invoice is due within 30 days.
`;

/** In each so many characters stands one value. */
const VALUE_EVERY = 200;

const KINDS = [
  (index) => `write to ${index.toString(36)}.harbour@mail-${index}.example.org about it`,
  (index) => `card ${card(index)} was charged`,
  (index) => `the money goes to IBAN ${iban(index)} today`,
  (index) => `call +49 30 ${String(20_000_000 + index * 37)} for that`,
];

/** By name; of about `length` characters. */
export const PROMPTS = {
  prose: (length) => repeated(PROSE, length),
  "prose with numbers": (length) => repeated(NUMBERS, length),
  /** No value twice. */
  "personal data": (length) => {
    let text = "";
    for (let index = 0; text.length < length; index += 1) {
      const value = `${KINDS[index % KINDS.length](index)}. `;
      const from = (index * 61) % PROSE.length;
      const room = Math.min(VALUE_EVERY, length - text.length) - value.length;
      text +=
        room < 0
          ? repeated(PROSE, room + value.length)
          : value +
            repeated(PROSE.slice(from) + PROSE, room - 1)
              .trimEnd()
              .padEnd(room);
    }
    return text;
  },
};

export const SIZES = { "200 B": 200, "8 KB": 8192, "200 KB": 204_800 };

/** A chat request of about `bytes` bytes. */
export function chatRequest(content, bytes, more = {}) {
  const body = (text) => ({ model: "bench", messages: [{ role: "user", content: text }], ...more });
  return JSON.stringify(body(content(bytes - JSON.stringify(body("")).length)));
}

function repeated(text, length) {
  return text.repeat(Math.ceil(length / text.length)).slice(0, length);
}

/** Luhn's check digit at the end. */
function card(index) {
  const digits = `4111${String(index).padStart(11, "0")}`;
  const sum = [...digits].reduce(
    (total, digit, at) =>
      total + (at % 2 === 0 ? (Number(digit) * 2 > 9 ? Number(digit) * 2 - 9 : Number(digit) * 2) : Number(digit)),
    0,
  );
  return (digits + ((10 - (sum % 10)) % 10)).replace(/(.{4})(?=.)/g, "$1 ");
}

/** ISO 13616: `DE00` behind the account, letters as numbers, must leave 1. */
function iban(index) {
  const account = `37040044${String(index).padStart(10, "0")}`;
  const check = 98n - (BigInt(`${account}131400`) % 97n);
  return `DE${String(check).padStart(2, "0")}${account}`;
}
