/**
 * How people say that they want no more messages, or want them again, in a word or in a sentence. Everything is in small
 * letters without accents and stands at the beginning of a clause, so that what only contains a word ("the bus stop",
 * "the alarm does not stop sending texts") is none. Words that make something be asked of us stand before.
 */

/** What a message is called. */
const things =
  '(?:text|sms|message|msg|mail|email|e mail|notification|alert|offer|ad|advert|advertisement|promo|promotion|promotional|reminder|newsletter|spam|stuff|crap|junk|marketing|whatsapp|whats app)s?';
const doing =
  '(?:texting|messaging|mailing|emailing|e mailing|sending|writing|contacting|spamming|bothering|harassing|calling|bugging|annoying|messages to|texts to)';
const asked =
  '(?:(?:hi|hey|hello|and|so|or|but|then|also|again|last time|i said|i say|i told you(?: to)?|i asked you to|once more|for the last time|can you|could you|would you|will you|can we|you need to|you have to|you must|you should|you can|i want you to|i need you to|i would like you to|i want to|i would like to|i wish to|i need to|i wanna|i wish you would|i d like to|id like to|i d like you to|id like you to|let me|how do i|how can i|how to|where do i|where can i|want to|wanna|need to|trying to|i am trying to|i m trying to|im trying to|i hereby|i) )*';
const all =
  '(?:all |any |any more |more |of |the |these |those |this |your |my |me |us |with |out |from |to |here |further |stupid |damn |so many |up )*';
const ending =
  '(?:(?: ?(?:me|us|this|that|it|them|these|those|now|already|again|anymore|any more|ever|altogether|forever|right away|immediately|at once|today|here|my phone|my number|my cell|my mobile|this number|to|at|on|with|from|about|or i .*|or else.*|or we .*|before i .*)))*';

const english = [
  // stop; stop it now; stop texting me about shoes; stop the messages
  `${asked}(?:stop|quit|cease|end|halt|stopp)${ending}`,
  `${asked}(?:stop|quit|cease|end|halt|discontinue) ${all}${doing}(?: .*)?`,
  `${asked}(?:stop|quit|cease|end|halt|discontinue|cancel|revoke|block|no more|enough|enough of|enough with) ${all}${things}(?: .*)?`,
  `${asked}(?:no more|enough|stop all|stop everything)`,
  // i want this to stop; it has to stop
  '(?:i want |i need |make )?(?:this|it|these|that|the texts|the messages|all this|these texts|these messages)(?: really| all)?(?: has to| have to| needs to| need to| must| should| to)? stop(?: now)?',
  // do not text me again; i do not want these messages
  `${asked}(?:do not|dont|don t|never|no longer|not)(?: ever| you)? (?:text|message|contact|email|e mail|mail|write|write to|call|sms|spam|bother|send to|msg)(?: to)? (?:me|us|here|this number|my number|my phone)(?: (?:again|anymore|any more|ever|please|at this|on this|at all|with|about|any|these|this|your|more|texts?|messages?|offers?|ads?|spam|to this|here|from now|or ).*)?`,
  `${asked}(?:do not|dont|don t|never)(?: ever)? (?:send|text|message|mail|email) (?:me |us )?${all}${things}(?: .*)?`,
  `${asked}(?:do not|dont|don t|no longer|never) (?:want|wish|like|need|care for|wanna)(?: you)?(?: to)?(?: (?:receive|get|be getting|be receiving|see|have|hear|be sent))? ${all}${things}(?: .*)?`,
  `${asked}(?:do not|dont|don t|no longer|never) (?:want|wish|wanna|like)(?: you)?(?: to)?(?: (?:be contacted|be texted|be messaged|be emailed|hear from you|be on (?:this|your|the) list|text me|contact me|message me|email me|write to me))(?: .*)?`,
  // leave the list
  `${asked}(?:unsubscribe|unsub|un subscribe|opt out|optout|opting out|opt me out|opt us out|unsubscribe me)(?: (?:me|us|my number|my email|now|from|of|this|these|all|immediately|to|today|here|at once|text).*)?`,
  `${asked}(?:(?:be|get) )?(?:take|remove|delete|drop|removed|taken|deleted|get)(?: me| us| my| this| my own)?(?: (?:number|phone|phone number|email|address|name|contact|info))?(?: off| from| out of) (?:of )?(?:this |your |the |ur |all |any |my )*(?:mailing |text |sms |contact |marketing |messaging |texting |email )*(?:list|lists|database|system|messages|texts|contacts|records)(?: .*)?`,
  `${asked}(?:remove|delete|lose|forget) (?:me|my number|my phone number|my contact|my email|this number|us)`,
  `${asked}leave me alone`,
  `${asked}(?:revoke|withdraw|take back) (?:my |all |any )*(?:consent|permission|agreement)(?: .*)?`,
  '(?:sorry )?(?:you have |you have got |you got |you ve got |this is |its |it s |it is |u have |u got )?(?:the |a )?wrong (?:number|person)',
];

const german = [
  '(?:ich sagte |und |jetzt |endlich )*(?:stop|stopp|aufhoren|schluss|aus|abmelden|abbestellen|austragen|abmeldung)(?: jetzt| sofort| endlich| damit| mit .*(?:nachrichten|sms|mails|werbung).*)*',
  '(?:ich )?(?:mochte|moechte|will|wunsche|brauche|wollen|mochten)?(?: ab sofort| in zukunft| wirklich)?(?: (?:ich|wir))? ?(?:keine|keinen|keinerlei)(?: weiteren?| mehr| solchen?| eurer?| ihrer?| diese)* (?:\\w+ )?(?:sms|nachrichten?|mails?|e mails?|emails?|werbung|werbemails?|werbe sms|angebote|newsletter|kontakte?|whatsapps?)(?: .*)?',
  '(?:hor|hort|horen|horet|hoeren|hoer)(?: sie| ihr)?(?: doch| endlich| sofort| jetzt| mal)* auf(?: .*(?:schreiben|schicken|senden|sms|nachrichten|damit|texten|belastigen|nerven).*)?',
  '(?:meld|melde|melden|meldet|trag|tragen|tragt)(?: sie| ihr)? mich(?: .*)? (?:ab|aus)',
  '(?:(?:ich|wir) )?(?:mochte|moechte|will|mochten|wollen|wurde|kann)(?: ich)?(?: gern| gerne)? (?:mich|uns)(?: .*)? (?:abmelden|austragen)',
  '(?:wie|wo) (?:kann|melde) ich (?:mich|das|die (?:sms|nachrichten)|den newsletter)(?: .*)? (?:ab|abmelden|abbestellen|austragen)',
  '(?:(?:ich|wir) )?(?:(?:mochte|will|moechte) )?(?:die |den |diese |ihre |ihren |euren |eure )*(?:sms|nachrichten|newsletter|mails|werbung)(?: .*)? (?:abbestellen|stoppen|beenden)',
  '(?:stoppt|stoppen|beenden|beendet|lasst|lassen)(?: sie)? (?:die |das |diese |ihre |mit )*(?:sms|nachrichten|mails|werbung|schreiben|schreiberei)(?: .*)?',
  '(?:nehmt|nehmen|nimm|streicht|streichen|loscht|loschen|entfernt|entfernen|losche|entferne)(?: sie| ihr)? (?:mich|meine (?:nummer|handynummer|telefonnummer|adresse|mailadresse|e mail adresse))(?: .*)?',
  '(?:schreib|schreibt|schreiben|kontaktiert|kontaktieren|texte|textet|schickt|schicken|sendet|senden|belastigt|belastigen)(?: sie| ihr)? (?:mir|mich|uns) (?:.* )?(?:nicht mehr|nie wieder|nichts mehr|nie mehr|keine (?:sms|nachrichten|mails|werbung).*)(?: .*)?',
  '(?:lasst|lassen|lass)(?: sie| ihr)? (?:mich|uns)(?: .*)? in (?:ruhe|frieden)',
  '(?:ich |hiermit )*(?:widerrufe|widerspreche)(?: ich)?(?: hiermit)? (?:.* )?(?:einwilligung|zustimmung|werbung|nutzung meiner (?:daten|nummer))(?: .*)?',
];

const spanish = [
  '(?:ya |que )*(?:alto|parar|pare|paren|parad|basta|baja|cancelar|detener|detenganse|salir|desuscribir|desuscribirme|desuscribirse|no mas|stop)(?: ya| ahora| inmediatamente)*',
  '(?:(?:basta|no mas|no mas de|alto a|paren|detengan|cancelar|cancelen|quiero cancelar|cancelo) ?(?:de |con |los |las |sus |estos |tantos |mas )*)(?:mensajes?|sms|textos?|correos?|ofertas|publicidad|spam|promociones)(?: .*)?',
  '(?:ya )?no (?:quiero|deseo|quisiera|queremos)(?: seguir)?(?: (?:recibir|recibiendo|que me (?:envien|manden|escriban|envie|mande)))?(?: (?:mas|sus|estos|esos|los|tantos|ningun))* (?:mensajes?|sms|textos?|correos?|ofertas|publicidad|spam|promociones|emails?)(?: .*)?',
  '(?:ya )?no (?:me|nos) (?:envien|manden|escriban|contacten|envies|mandes|escribas|contactes|envie|mande|escriba|contacte|molesten|molestes|molestar|manden|enviar|mandar)(?: (?:mas|ningun|estos|esos|sus|mensajes?|sms|correos?|ofertas|publicidad|nunca|por favor|otra vez|nada).*)?',
  '(?:pueden |puede |puedes |podrian |quiero que |ya )*(?:dejen|deja|deje|dejar|dejad|paren|pare|parar|parad|para) de (?:enviar|mandar|escribir|molestar|contactar|textear|llamar)(?:me|nos)?(?: .*)?',
  '(?:(?:quiero|quisiera|deseo|como puedo|como|me gustaria) )?(?:dar|darme|darse|denme|dame|deme|darnos|me doy)(?: de)? baja(?: .*)?',
  '(?:me )?(?:borren|borrenme|borrame|quitenme|quitame|eliminenme|eliminame|saquenme|sacame|eliminen|quiten|borrar|eliminar)(?: me| mi (?:numero|telefono|correo))?(?: (?:de|del) .*(?:lista|base|sistema).*)?',
  '(?:quiero |como puedo |deseo )*(?:cancelar|anular)(?: la| mi| esta)* suscripcion (?:a|de) (?:los |estos |sus )*(?:mensajes|sms|correos)(?: .*)?',
  '(?:me )?dej(?:en|a|e)(?:me|nme)? en paz',
];

const starting = [
  `(?:yes )?${asked}(?:start|restart|resume|begin|continue|keep) (?:again|${all}(?:${doing}|${things})(?: .*)?)`,
  `(?:yes )?${asked}(?:resubscribe|re subscribe|opt in|optin|opt me in|opt me back in|opt back in|subscribe me again|sign me up again|sign me back up|unstop me|add me back|put me back on)(?: (?:me|us|to|the|your|again|on|list|now).*)?`,
  '(?:ich mochte |ich will )?(?:mich )?wieder (?:anmelden|sms|nachrichten)(?: .*)?',
  '(?:quiero )?(?:volver a|otra vez) recibir(?:los)?(?: .*)?',
];

/** Patterns of whole clauses. A denial inside ("do not stop") matches none of them, for they begin with what is wanted. */
export const stopPhrases = [...english, ...german, ...spanish].map((phrase) => new RegExp(`^${phrase}$`));
export const startPhrases = starting.map((phrase) => new RegExp(`^${phrase}$`));
