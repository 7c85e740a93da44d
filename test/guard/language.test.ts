import { detectLanguage, LANGUAGES } from "../../plugins/guard/language/detect-language";
import { chat } from "../support/exchange";
import { answerOf, guarded, whole } from "./support";

/** Everyday sentences, three a language. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  en: [
    "All human beings are born free and equal in dignity and rights.",
    "Could you please tell me how long it takes to get a new passport?",
    "The function returns a list of users, but it should also include their roles.",
  ],
  es: [
    "Todos los seres humanos nacen libres e iguales en dignidad y derechos.",
    "¿Podrías decirme cuánto tiempo se tarda en obtener un pasaporte nuevo?",
    "La función devuelve una lista de usuarios, pero también debería incluir sus roles.",
  ],
  fr: [
    "Tous les êtres humains naissent libres et égaux en dignité et en droits.",
    "Pourriez-vous me dire combien de temps il faut pour obtenir un nouveau passeport ?",
    "La fonction renvoie une liste d'utilisateurs, mais elle devrait aussi inclure leurs rôles.",
  ],
  de: [
    "Alle Menschen sind frei und gleich an Würde und Rechten geboren.",
    "Können Sie mir bitte sagen, wie lange es dauert, einen neuen Pass zu bekommen?",
    "Die Funktion gibt eine Liste von Benutzern zurück, sollte aber auch ihre Rollen enthalten.",
  ],
  it: [
    "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti.",
    "Potrebbe dirmi quanto tempo ci vuole per ottenere un nuovo passaporto?",
    "La funzione restituisce un elenco di utenti, ma dovrebbe includere anche i loro ruoli.",
  ],
  pt: [
    "Todos os seres humanos nascem livres e iguais em dignidade e em direitos.",
    "Você poderia me dizer quanto tempo leva para obter um novo passaporte?",
    "A função devolve uma lista de usuários, mas também deveria incluir os seus papéis.",
  ],
  nl: [
    "Alle mensen worden vrij en gelijk in waardigheid en rechten geboren.",
    "Kunt u mij vertellen hoe lang het duurt om een nieuw paspoort te krijgen?",
    "De functie geeft een lijst van gebruikers terug, maar moet ook hun rollen bevatten.",
  ],
  pl: [
    "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw.",
    "Czy możesz mi powiedzieć, jak długo trwa uzyskanie nowego paszportu?",
    "Funkcja zwraca listę użytkowników, ale powinna też zawierać ich role.",
  ],
  sv: [
    "Alla människor är födda fria och lika i värde och rättigheter.",
    "Kan du säga mig hur lång tid det tar att få ett nytt pass?",
    "Funktionen returnerar en lista med användare, men den ska också innehålla deras roller.",
  ],
  da: [
    "Alle mennesker er født frie og lige i værdighed og rettigheder.",
    "Kan du fortælle mig, hvor lang tid det tager at få et nyt pas?",
    "Funktionen returnerer en liste over brugere, men den burde også indeholde deres roller.",
  ],
  no: [
    "Alle mennesker er født frie og med samme menneskeverd og menneskerettigheter.",
    "Kan du si meg hvor lang tid det tar å få et nytt pass, og hva det koster?",
    "Funksjonen gir en liste over brukere, men den bør også ha med rollene deres når de blir spurt.",
  ],
  fi: [
    "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan.",
    "Voitko kertoa minulle, kuinka kauan uuden passin saaminen kestää?",
    "Funktio palauttaa luettelon käyttäjistä, mutta siinä pitäisi olla myös heidän roolinsa.",
  ],
  cs: [
    "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv.",
    "Můžete mi říct, jak dlouho trvá vyřízení nového pasu, když je už hotový?",
    "Funkce vrací seznam uživatelů, ale měla by obsahovat také jejich role.",
  ],
  sk: [
    "Všetci ľudia sa rodia slobodní a rovní v dôstojnosti a právach, ktoré im patria.",
    "Môžete mi povedať, ako dlho trvá vybavenie nového pasu, keď je už hotový?",
    "Funkcia vracia zoznam používateľov, ale mala by obsahovať aj to, ktoré majú oprávnenia.",
  ],
  hu: [
    "Minden emberi lény szabadon születik és egyenlő méltósága és joga van.",
    "Meg tudná mondani, hogy mennyi ideig tart egy új útlevél kiállítása?",
    "A függvény egy listát ad vissza a felhasználókról, de a szerepköröket is tartalmaznia kell.",
  ],
  ro: [
    "Toate ființele umane se nasc libere și egale în demnitate și în drepturi.",
    "Puteți să-mi spuneți cât durează până când primesc un pașaport nou?",
    "Funcția returnează o listă de utilizatori, dar ar trebui să includă și rolurile lor.",
  ],
  tr: [
    "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar.",
    "Yeni bir pasaport almanın ne kadar sürdüğünü bana söyleyebilir misiniz?",
    "Fonksiyon kullanıcıların bir listesini döndürüyor, ama rolleri de içermesi gerekiyor.",
  ],
  vi: [
    "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi.",
    "Bạn có thể cho tôi biết mất bao lâu để làm hộ chiếu mới không?",
    "Hàm này trả về một danh sách người dùng, nhưng nó cũng phải có vai trò của họ.",
  ],
  id: [
    "Semua orang dilahirkan merdeka dan mempunyai martabat dan hak-hak yang sama.",
    "Bisakah Anda memberi tahu saya berapa lama untuk mendapatkan paspor baru?",
    "Fungsi ini mengembalikan daftar pengguna, tetapi juga harus berisi peran mereka untuk setiap orang.",
  ],
  ca: [
    "Tots els éssers humans neixen lliures i iguals en dignitat i en drets.",
    "Em podries dir quant de temps es triga a tenir un passaport nou, si us plau?",
    "La funció retorna una llista d'usuaris, però també ha d'incloure els seus rols amb aquesta informació.",
  ],
  hr: [
    "Sva ljudska bića rađaju se slobodna i jednaka u dostojanstvu i pravima.",
    "Možete li mi reći koliko traje izrada nove putovnice i što je sve za to potrebno?",
    "Funkcija vraća popis korisnika, ali bi trebala sadržavati i njihove uloge koje su im dane.",
  ],
  ru: [
    "Все люди рождаются свободными и равными в своем достоинстве и правах.",
    "Не могли бы вы сказать мне, сколько времени нужно, чтобы получить новый паспорт?",
    "Функция возвращает список пользователей, но она должна также включать их роли.",
  ],
  uk: [
    "Всі люди народжуються вільними і рівними у своїй гідності та правах.",
    "Чи не могли б ви сказати мені, скільки часу потрібно, щоб отримати новий паспорт?",
    "Функція повертає список користувачів, але вона також повинна містити їхні ролі.",
  ],
  bg: [
    "Всички хора се раждат свободни и равни по достойнство и права.",
    "Бихте ли ми казали колко време отнема да се извади нов паспорт и какво трябва за това?",
    "Функцията връща списък с потребители, но трябва да съдържа и техните роли.",
  ],
  sr: [
    "Сва људска бића рађају се слободна и једнака у достојанству и правима.",
    "Можете ли ми рећи колико дуго траје израда новог пасоша и шта је за то потребно?",
    "Функција враћа списак корисника, али би требало да садржи и њихове улоге.",
  ],
  ar: [
    "يولد جميع الناس أحراراً متساوين في الكرامة والحقوق وقد وهبوا عقلاً وضميراً.",
    "هل يمكنك أن تخبرني كم من الوقت يستغرق الحصول على جواز سفر جديد؟",
    "هذه الدالة تعيد قائمة من المستخدمين لكن يجب أن تشمل أدوارهم في كل مرة.",
  ],
  fa: [
    "تمام افراد بشر آزاد به دنیا می آیند و از لحاظ حیثیت و حقوق با هم برابرند.",
    "می توانید به من بگویید گرفتن یک گذرنامه جدید چقدر طول می کشد؟",
    "این تابع یک لیست از کاربران را برمی گرداند اما باید نقش های آنها را هم داشته باشد.",
  ],
  ur: [
    "تمام انسان آزاد اور حقوق و عزت کے اعتبار سے برابر پیدا ہوئے ہیں۔",
    "کیا آپ مجھے بتا سکتے ہیں کہ نیا پاسپورٹ بنوانے میں کتنا وقت لگتا ہے؟",
    "یہ فنکشن صارفین کی ایک فہرست دیتا ہے لیکن اس میں ان کے کردار بھی ہونے چاہییں۔",
  ],
  hi: [
    "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।",
    "क्या आप मुझे बता सकते हैं कि नया पासपोर्ट बनवाने में कितना समय लगता है?",
    "यह फ़ंक्शन उपयोगकर्ताओं की एक सूची देता है, लेकिन इसमें उनकी भूमिकाएँ भी होनी चाहिए।",
  ],
  mr: [
    "सर्व मानवी व्यक्ती जन्मतः स्वतंत्र आहेत आणि त्यांना समान प्रतिष्ठा व समान अधिकार आहेत.",
    "नवीन पासपोर्ट मिळण्यासाठी किती वेळ लागतो ते मला सांगू शकता का, आणि त्यासाठी काय हवे आहे?",
    "हे फंक्शन वापरकर्त्यांची यादी देते, पण त्यात त्यांच्या भूमिका पण असायला हव्या होत्या.",
  ],
  ne: [
    "सबै व्यक्तिहरू जन्मजात स्वतन्त्र छन् र ती सबैको समान अधिकार र महत्व छ।",
    "नयाँ राहदानी बनाउन कति समय लाग्छ भनेर मलाई भन्न सक्नुहुन्छ र के के चाहिन्छ?",
    "यो फङ्सनले प्रयोगकर्ताहरूको सूची दिन्छ तर यसमा उनीहरूको भूमिका पनि हुनुपर्छ र अरू पनि हो।",
  ],
  zh: [
    "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。请问办理新护照需要多长时间？",
    "请问办理一本新的护照大概需要多长时间呢？我需要准备哪些材料，要去哪里提交申请，费用又是多少？",
    "这个函数返回一个用户列表，但是它还应该包含他们的角色信息，否则前端没有办法正确地显示每个人的权限。",
  ],
  ja: [
    "すべての人間は、生れながらにして自由であり、かつ、尊厳と権利とについて平等である。人間は、理性と良心とを授けられている。",
    "新しいパスポートを取るのにどのくらいの時間がかかるか教えていただけますか。必要な書類も知りたいです。",
    "この関数はユーザーの一覧を返しますが、それぞれの役割も含める必要があります。確認をお願いします。",
  ],
  ko: [
    "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 인간은 천부적으로 이성과 양심을 부여받았다.",
    "새 여권을 발급받는 데 시간이 얼마나 걸리는지, 그리고 필요한 서류가 무엇인지 알려 주시겠습니까?",
    "이 함수는 사용자 목록을 반환하지만 각 사용자의 역할도 함께 포함해야 합니다. 확인을 부탁드립니다.",
  ],
  el: [
    "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.",
    "Μπορείτε να μου πείτε πόσο χρόνο παίρνει η έκδοση νέου διαβατηρίου;",
    "Η συνάρτηση επιστρέφει μια λίστα χρηστών, αλλά πρέπει να περιέχει και τους ρόλους τους.",
  ],
  he: [
    "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם.",
    "האם תוכל לומר לי כמה זמן לוקח להוציא דרכון חדש?",
    "הפונקציה מחזירה רשימה של משתמשים אבל היא צריכה לכלול גם את התפקידים שלהם.",
  ],
  th: [
    "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
    "ช่วยบอกหน่อยได้ไหมว่าการทำหนังสือเดินทางเล่มใหม่ใช้เวลานานเท่าไร",
    "ฟังก์ชันนี้คืนค่ารายชื่อผู้ใช้ แต่ควรมีบทบาทของพวกเขาด้วย",
  ],
};

const LEAST = 30;

test("is right about nearly all sentences, and wrong about hardly any", () => {
  const all = Object.entries(SAMPLES).flatMap(([code, texts]) =>
    texts.map((text) => ({ code, text, found: detectLanguage(text, LEAST) })),
  );
  const wrong = all.filter(({ code, found }) => found !== undefined && found !== code);
  const unknown = all.filter(({ found }) => found === undefined);
  const told = `${all.length} sentences in ${Object.keys(SAMPLES).length} languages: ${wrong.length} wrong (${wrong.map(({ code, found }) => `${code} as ${found}`).join(", ")}), ${unknown.length} not told (${unknown.map(({ code }) => code).join(", ")})`;
  process.stdout.write(`language: ${told}\n`);
  expect(wrong.length).toBeLessThanOrEqual(1);
  expect(unknown.length).toBeLessThanOrEqual(4);
});

test("every language that has samples is one that can be allowed", () => {
  for (const code of Object.keys(SAMPLES)) expect(LANGUAGES.has(code)).toBe(true);
});

test.each([
  ["short texts", "Hallo, wie geht es"],
  ["code", "```\nconst der = die + das; // und\nif (nicht) { return werden; }\n```"],
  ["names", "Johann Wolfgang Goethe, Friedrich Schiller, Heinrich Heine, Bettina Arnim"],
  ["figures", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26"],
  ["placeholders", "<PERSON_NAME_1> <EMAIL_ADDRESS_2> <PHONE_NUMBER_3> <PERSON_NAME_4> <IBAN_5>"],
  ["links", "https://example.com/der/die/das/und/nicht/werden/oder/eine/wird/sind/mit"],
])("%s are in no language", (_, text) => {
  expect(detectLanguage(text, LEAST)).toBeUndefined();
});

test("a long text is read all over", () => {
  const [english = ""] = SAMPLES["en"] ?? [];
  const [german = ""] = SAMPLES["de"] ?? [];
  expect(detectLanguage(`${`${english} `.repeat(200)}${`${german} `.repeat(20_000)}`, LEAST)).toBe("de");
});

describe("the rule", () => {
  const rule = { name: "english", kind: "language", language: { allow: ["en", "de"] } };
  test.each([
    ["en", "send"],
    ["de", "send"],
    ["fr", "reply"],
    ["ja", "reply"],
  ])("%s: %s", async (code, kind) => {
    const content = SAMPLES[code]?.join(" ");
    const it = guarded([{ ...rule, on: "input" }]);
    expect((await it.open().request(chat({ messages: [{ role: "user", content }] }))).kind).toBe(kind);
    expect(
      (
        await it.open().request(
          chat({
            messages: [
              { role: "user", content },
              { role: "user", content: "ok" },
            ],
          }),
        )
      ).kind,
    ).toBe(kind);
    expect(
      (
        await it.open().request(
          chat({
            messages: [
              { role: "assistant", content },
              { role: "user", content: "ok" },
            ],
          }),
        )
      ).kind,
    ).toBe("send");
    const { status } = await whole(guarded([{ ...rule, on: "output" }]).open(), chat(), answerOf(content ?? ""));
    expect(status).toBe(kind === "send" ? 200 : 400);
  });
});
