/** The most common small words of languages that share a script, and letters that few of the others have. */

export interface Language {
  readonly code: string;
  readonly words: string;
  /** Letters that tell it from its neighbours: each word that holds one counts half. */
  readonly letters?: string;
}

export const LATIN: readonly Language[] = [
  {
    code: "en",
    words:
      "the of and to in is that it for was on are as with his they at be this have from or had by not but what all were we when your can said there use an each which she do how their if will up other about out many then them these so some her would make like him into time has look two more write go see no way could people my than been who its now did get may i you me am please tell why does should where any also",
  },
  {
    code: "es",
    words:
      "de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre este ya entre cuando todo esta ser son dos también fue había era muy años hasta desde está mi porque qué sólo han yo hay vez puede todos así nos ni parte tiene él uno donde bien tiempo ese eso cómo puedo quiero una gracias",
    letters: "ñ¿¡",
  },
  {
    code: "fr",
    words:
      "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont la avec ou son lui nous comme mais on tout sa ses été aux bien cette fait être deux même elle leur ces entre sans très peut y ont mes je vous votre nos quel quelle comment pourquoi où dont était j'ai c'est d'un d'une qu'il n'est l'on notre ton tes moi",
    letters: "œçêûùë",
  },
  {
    code: "de",
    words:
      "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde sei ich wir ihr kann mir mich was wenn warum bitte diese dieser keine gibt wo uns unser alle sehr schon",
    letters: "ßäöü",
  },
  {
    code: "it",
    words:
      "di e il la che in a per un è del non con sono da una si i le della al come più dei anche nel alla ma gli ha lo dal o nella su se loro questo delle essere ci ai suo stato sua dalla tra degli quando fatto mi ho io tutto tutti prima così molto può cosa dove perché quello questa sul alle quale uno due senza dopo ancora poi già ogni vi ne hanno era",
    letters: "ìòè",
  },
  {
    code: "pt",
    words:
      "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos ter seus quem nas me esse eles estão você tinha foram essa num nem suas meu às minha são qual nós lhe pode isto então onde porque fazer",
    letters: "ãõ",
  },
  {
    code: "nl",
    words:
      "de het een van en in is dat op te zijn met voor niet aan er die om was als dan maar ook bij nog uit door over naar hij ze wordt kan of heeft ik je we had worden deze meer al hun wel zo haar geen moet hebben onder tot werd wat dit veel mijn waar kunnen zou zal jaar na tegen u jullie ons onze omdat waarom hoe",
  },
  {
    code: "pl",
    words:
      "i w na z do nie się to jest że o jak za od po ale co dla jego był przez tym być które tak czy ma może już tylko był była było są oraz lub jako ze również który która tego go ich po przed bez przy pod mnie jej mi ja ty my on ona bardzo kiedy gdzie dlaczego ten ta te każdy wszystko",
    letters: "łąęśżźćń",
  },
  {
    code: "sv",
    words:
      "och i att det som en på är av för med till den har de inte om ett han men var jag sig från vi så kan man när år säger hon under också efter eller nu sin där vid mot ska skulle kommer ut får finns vara hade alla andra mycket än här då över bara in blir upp vad få vill hur varför mig du er",
    letters: "åäö",
  },
  {
    code: "da",
    words:
      "og i at det er en til på som af for med den har de ikke der var et jeg han men om vi fra sig kan så man hun eller også efter skal ville blev over være nu hvad havde mig op ud når ham meget hvor alle dette hvorfor deres end have noget du bliver fordi kunne denne",
    letters: "æøå",
  },
  {
    code: "no",
    words:
      "og i det på som er en til å han av for med at var de ikke den har jeg om et men så seg hun hadde fra vi du kan da ble ut skal vil ham etter over ved også bare eller sa nå dette noe være meg mot opp der når inn dem kunne andre hva hvorfor hvordan gjøre må blir mye",
    letters: "æøå",
  },
  {
    code: "fi",
    words:
      "ja on ei se että hän oli ovat mutta kun niin myös kuin joka mitä sen olla jos ole tai ne jo vain minä sinä me te he mikä missä nyt vielä sitä tämä ollut siitä voi kaikki mukaan hänen joka jotka sekä kanssa siis ennen jälkeen miten miksi minun sinun tässä siellä paljon kuitenkin olen",
    letters: "äö",
  },
  {
    code: "cs",
    words:
      "a se v na je že to s z do i o ve jako za by k ale po si tak jsou pro co byl jeho od ještě být už jak nebo když které který má jen podle však při také až než tím bude může však ze být byla bylo jsem není pod jsme kde proč jeho její tento této můj velmi každý všechny",
    letters: "řěůťďň",
  },
  {
    code: "sk",
    words:
      "a sa v na je že to s z do aj o vo ako za by k ale po si tak sú pre čo bol jeho od ešte byť už alebo keď ktoré ktorý má len podľa však pri tiež až než bude môže zo bola bolo som nie pod sme kde prečo jej tento tejto môj veľmi každý všetky",
    letters: "ľĺŕôä",
  },
  {
    code: "hu",
    words:
      "a az és hogy nem is egy ez meg van de volt már csak mint még ha vagy azt sem el ki fel be le minden mert így ezt kell lehet lesz aki ami nagyon most én te ő mi ti ők itt ott hol miért hogyan amely után között alatt szerint több olyan pedig majd azonban senki saját",
    letters: "őűáíóú",
  },
  {
    code: "ro",
    words:
      "și de în a la cu pe nu o că din care se un mai este pentru au fost sunt ca al dar ce sau după ai prin ei îl lui am le acest această fi era când unde cum dacă foarte toate tot său sa ale noi eu tu el ea între fără doar despre poate trebuie",
    letters: "șțăâî",
  },
  {
    code: "tr",
    words:
      "ve bir bu da de için ile çok ne daha o gibi olarak en kadar ama var mi değil olan sonra her ben sen biz siz onlar ya ki şey nasıl neden nerede ise veya göre olduğunu olduğu diye hem iki zaman kendi bunu şu yok mı önce tüm bütün içinde üzerinde bana sana ederim lütfen",
    letters: "ığşı",
  },
  {
    code: "vi",
    words:
      "và của là có các được cho trong không một với người những này đã để khi từ đến về như nhiều ra ở vào phải cũng sẽ tôi bạn anh thì mà làm nhưng nếu hoặc rất lại trên gì đó sao nào thế bởi còn chúng mọi ai",
    letters: "đươệạảấầậắằặếềểộốồổớờởợụủứừửữựỳỷỹịỉĩ",
  },
  {
    code: "id",
    words:
      "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga saya ke karena tersebut bisa ada mereka lebih kata tahun sudah atau saat oleh menjadi orang ia telah adalah seperti sebagai bahwa dapat para harus namun kita dua satu masih hari hanya kami kamu anda apa bagaimana mengapa setiap tanpa",
  },
  {
    code: "ca",
    words:
      "de la i el que a en les un per els amb del no és una al es són va com més però o ha si aquest aquesta dels ser també entre seva seu on quan tot hi sense fins molt per què ja meva nosaltres han pot fer altres cada totes tots",
    letters: "·",
  },
  {
    code: "hr",
    words:
      "i u je se na da su za od s a o koji kao ne što bi iz ili ali to sam po biti može koja koje ima nije do već samo te jer sve prema nakon kada gdje zašto kako njegov svi bez među još više svoj bio bila ga mu smo ti mi vi on ona",
    letters: "đ",
  },
];

export const CYRILLIC: readonly Language[] = [
  {
    code: "ru",
    words:
      "и в не на я что он с как это по но они мы все она так его за был от то же вы у из мне бы еще ещё когда только для нет о до или если уже ли при чтобы их ты есть быть ее её меня вот себя даже ни может там где почему который которые свои каждый без должны",
    letters: "ыэъё",
  },
  {
    code: "uk",
    words:
      "і в не на я що він з як це по але вони ми всі вона так його за був від то ж ви у із мені б ще коли тільки для ні немає о до або якщо вже чи при щоб їх ти є бути її мене ось себе навіть може там де чому який які свої кожна кожний без та повинні",
    letters: "іїєґ",
  },
  {
    code: "bg",
    words:
      "и в не на аз че той с като това по но те ние всички тя така за беше от то вие у из ми би още кога само за няма до или ако вече ли при да ги ти е бъде са ме ето себе дори може там където защо който които всеки без към съм се си във със трябва",
    letters: "ъщ",
  },
  {
    code: "sr",
    words:
      "и у је се на да су за од с а о који као не што би из или али то сам по бити може која које има није до већ само те јер све према после када где зашто како његов сви без међу још више свој био била га му смо ти ми ви он она",
    letters: "ђјљњћџ",
  },
];

export const ARABIC: readonly Language[] = [
  {
    code: "ar",
    words:
      "في من على إلى أن هذا التي الذي لا ما هو كان عن مع هذه كل قد أو هي بعد ذلك بين عند كما لم إن حتى و ثم لكن كيف لماذا أين هل نحن أنا أنت يكون جميع",
    letters: "ةىأإؤئ",
  },
  {
    code: "fa",
    words:
      "و در به از که این را با است برای آن یک خود تا کرد بر هم نیز شود می هر اما یا شده بود ما من تو آنها چه چرا کجا باید دارد همه های",
    letters: "پچژگیک",
  },
  {
    code: "ur",
    words: "کے کی میں ہے اور سے کا کو اس نے پر ہیں کہ یہ نہیں ایک بھی تو کر ہو وہ تھا کیا جو گیا لیے اپنے ان ہر ہم آپ کیوں کہاں",
    letters: "ٹڈڑںےہھ",
  },
];

export const DEVANAGARI: readonly Language[] = [
  {
    code: "hi",
    words: "के में है की को से का और पर यह ने हैं एक कि भी नहीं जो हो इस कर तो था ही या लिए अपने वह क्या क्यों कहाँ कैसे सभी मैं आप हम किसी",
  },
  {
    code: "mr",
    words: "आहे आणि या हे व की ते तर होते नाही एक त्या मध्ये असे पण मी तू आम्ही काय का कुठे कसे सर्व होता केला आहेत साठी त्यांच्या किंवा",
    letters: "ळ",
  },
  { code: "ne", words: "र छ को मा भने यो पनि हो लागि छन् गर्न भएको एक त्यो म तपाईं हामी के किन कहाँ कसरी सबै गरेको थियो हुन्छ गर्ने" },
];
