/**
 * Words that instructions against instructions are made of, in many languages; written as people write them, compared folded. A
 * sentence needs one of each list within a few words: `ignore` alone, or `previous`, says nothing.
 */

/** To leave aside what was said. */
export const LEAVE =
  "ignore disregard forget override bypass dismiss discard neglect unlearn " +
  "ignora ignorar ignore ignoren ignorad olvida olvidar olvide olviden descarta omite omita " +
  "ignorez ignorer oublie oubliez oublier néglige négligez " +
  "ignoriere ignorieren ignoriert vergiss vergessen missachte missachten verwerfe " +
  "ignorate dimentica dimenticate dimenticare trascura tralascia " +
  "esqueça esquece esquecer desconsidere desconsidera desconsiderar ignorem " +
  "negeer negeren vergeet vergeten " +
  "zignoruj ignoruj ignorować zapomnij pomiń pomijaj " +
  "игнорируй игнорируйте проигнорируй проигнорируйте забудь забудьте " +
  "ігноруй ігноруйте проігноруй забудь забудьте " +
  "ignorera glöm bortse ignorér glem ignorer " +
  "unohda ohita jätä " +
  "ignoruj ignorujte zapomeň zapomeňte zabudni zabudnite " +
  "felejtsd hagyd ignoráld " +
  "ignoră ignorați uită uitați " +
  "abaikan lupakan " +
  "تجاهل تجاهلي انس انسى " +
  "התעלם התעלמי שכח " +
  "αγνόησε αγνοήστε ξέχασε ξεχάστε";

/** The same in languages that say it last. */
export const LEAVE_LAST = "yoksay görmezden unut unutun نادیده فراموش अनदेखा नज़रअंदाज़ भूल";

/** What came before. */
export const BEFORE =
  "previous prior above earlier preceding foregoing former initial original " +
  "anterior anteriores previa previas previo previos arriba " +
  "précédent précédente précédents précédentes antérieures antérieurs dessus " +
  "vorherige vorherigen vorigen bisherige bisherigen obigen früheren vorangegangenen vorangehenden " +
  "precedenti precedente " +
  "prévias prévios acima " +
  "vorige eerdere bovenstaande voorgaande " +
  "poprzednie poprzednich wcześniejsze wcześniejszych powyższe powyższych " +
  "предыдущие предыдущих предыдущую прошлые прежние вышеуказанные вышеприведенные " +
  "попередні попередніх " +
  "önceki yukarıdaki " +
  "tidigare föregående ovanstående tidligere foregående ovenstående forrige " +
  "aiemmat aikaisemmat edelliset yllä " +
  "předchozí předešlé predchádzajúce " +
  "előző korábbi fenti " +
  "anterioare precedente " +
  "sebelumnya " +
  "السابقة السابق أعلاه " +
  "قبلی پیشین " +
  "पिछले पिछली पूर्व " +
  "הקודמות הקודמים " +
  "προηγούμενες προηγούμενα";

/** All of them, or those you have. */
export const ALL =
  "all any your every todas todos tus toutes tous vos alle deine deinen tutte tutti suas seus wszystkie все всі tüm alla kaikki všechny összes toate semua جميع सभी";

/** What a model was told. */
export const RULES =
  "instruction instructions prompt prompts directive directives guideline guidelines directions commands orders rules constraints programming " +
  "instrucción instrucciones indicaciones órdenes reglas directrices " +
  "consigne consignes directives règles ordres " +
  "anweisung anweisungen instruktionen vorgaben regeln befehle richtlinien " +
  "istruzioni istruzione regole direttive ordini " +
  "instruções instrução regras diretrizes ordens comandos " +
  "instructies aanwijzingen regels opdrachten " +
  "instrukcje instrukcji polecenia poleceń zasady wytyczne " +
  "инструкции инструкций инструкцию указания указаний правила команды промпт " +
  "інструкції інструкцій вказівки правила " +
  "talimatları talimatlar talimat yönergeleri komutları kuralları " +
  "instruktioner anvisningar regler instrukser instruksjoner anvisninger " +
  "ohjeet ohjeita käskyt " +
  "instrukce pokyny pokynů inštrukcie " +
  "utasításokat utasítások utasítást szabályokat " +
  "instrucțiunile instrucțiuni regulile " +
  "instruksi perintah petunjuk " +
  "التعليمات تعليمات الأوامر " +
  "دستورات دستورالعمل دستور " +
  "निर्देशों निर्देश आदेश " +
  "ההוראות הוראות " +
  "οδηγίες εντολές";

/** To say what is not for everybody. */
export const REVEAL =
  "reveal show print repeat output display tell give write leak expose share recite dump list translate summarize summarise disclose return provide state what whats " +
  "muestra muéstrame revela repite dime imprime " +
  "montre affiche révèle répète donne " +
  "zeige zeig wiederhole verrate nenne gib " +
  "mostra rivela ripeti dimmi mostre revele repita diga " +
  "toon herhaal geef pokaż powtórz ujawnij " +
  "покажи выведи повтори раскрой напиши göster tekrarla visa upprepa vis gentag gjenta";

/** Said of a model's own instructions, which clients are not to see. */
export const HIDDEN = "system initial hidden secret original internal starting pre preprompt developer";
