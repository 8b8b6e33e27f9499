import { describe, expect, test } from 'vitest';
import { optWord } from '../../src/domain/opt-words.ts';

const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim());

const stop = lines(`
  STOP
  stop
  Stop.
  STOP!!!
  Stopp
  stoppppp
  ＳＴＯＰ
  S T O P
  s.t.o.p
  “STOP”
  STOPALL
  stop all
  UNSUBSCRIBE
  Cancel
  END
  quit
  REVOKE
  optout
  opt out
  opt-out
  STOP STOP STOP
  🛑
  please stop
  Please stop texting me
  please stop texting me.
  Pls stop txting, stop
  stop please
  Stop thanks
  ok stop
  STOP now
  stop it
  stop this
  Stop already!
  STOP OR I WILL REPORT YOU
  I said STOP
  Stop sending me messages
  stop the texts
  Stop all these messages!
  stop with the spam
  Stop texting this number
  Can you stop texting me?
  could you please stop sending these
  Would you please stop messaging me at work
  I want you to stop texting me
  I would like to stop receiving texts. Stop texts
  I'd like you to stop
  How do I stop these texts?
  how do i unsubscribe
  How can I opt out?
  I want to unsubscribe
  Unsubscribe me please
  please unsubscribe me from your list
  I want to opt out of these messages
  opt me out
  Don't text me
  don’t text me again
  Do not contact me anymore
  Please do not text this number again
  never text me again
  dont send me any more messages
  I don't want these texts
  I do not want to receive any more messages from you
  i dont want to be contacted
  I no longer wish to receive texts
  No more texts please
  no more messages
  No more!
  enough with the texts
  Take me off your list
  remove me from this list
  Please remove my number from your database
  Remove me
  delete my number
  lose my number
  leave me alone!!
  I revoke my consent
  I withdraw my consent to be texted
  Cancel these messages
  wrong number
  Sorry, you have the wrong number
  Hi, this is Ada Lovelace please stop texting me
  Hello! Thank you, but I don't need anything. Please stop.
  Thanks for the offer, but stop texting me
  This has to stop
  quit texting me
  fucking stop
  Bitte stoppen Sie die SMS
  Stopp bitte
  Abmelden
  bitte abmelden
  Bitte keine SMS mehr
  Keine weiteren Nachrichten bitte
  Ich möchte keine Nachrichten mehr bekommen
  ich will keine werbung mehr
  Hören Sie bitte auf, mir zu schreiben
  Hört auf damit
  Melden Sie mich bitte ab
  Ich möchte mich abmelden
  Schreiben Sie mir nicht mehr
  Lassen Sie mich in Ruhe
  Bitte löschen Sie meine Nummer
  Nehmen Sie mich aus dem Verteiler
  Hiermit widerrufe ich meine Einwilligung
  Wie kann ich mich abmelden?
  Den Newsletter bitte abbestellen
  ALTO
  Baja
  basta
  Cancelar
  No más mensajes
  no quiero recibir más mensajes
  Ya no quiero recibir sus mensajes
  Por favor, no me envíen más mensajes
  no me escriban más
  Dejen de enviarme mensajes
  Por favor deje de mandarme mensajes
  Quiero darme de baja
  Denme de baja por favor
  ¿Cómo puedo darme de baja?
  Quítenme de la lista
  Eliminen mi número
  déjenme en paz
  paren de escribirme
`);

const nothing = lines(`
  Where is the bus stop?
  the bus stop
  I'll stop by tomorrow
  Can I stop by the shop after work?
  stop by?
  Do you stop at Main Street
  Don't stop
  please don't stop texting me, I love these
  Never stop sending me offers
  Why did you stop texting me?
  Did you stop sending the newsletter?
  You stopped texting me
  I did not unsubscribe
  Why was I unsubscribed?
  I don't want to unsubscribe
  It won't stop raining
  I can't stop wearing them
  The alarm does not stop sending texts
  Does the kettle stop by itself?
  a non-stop flight
  Your shop is a one-stop shop
  Please stop the shipment of my order
  Please cancel my order
  I want to cancel my order
  Can I cancel the appointment?
  How do I cancel my appointment
  When does the sale end?
  at the end of the week
  See you next weekend
  The end of the cable is broken
  I quit my job
  Is it too late to opt for the blue one
  What does STOP mean
  Liked “You left Green tea in your cart. Questions? Just reply. STOP to opt out.”
  Laughed at "10% off. STOP to opt out."
  Gefällt mir: „Fragen? Einfach antworten. Abmelden mit STOP.“
  Can you help me find a size?
  I need help with my order
  How much is shipping?
  no
  No thanks
  Not today
  yes please send me the blue one
  Do you sell stop watches?
  Can you text me when it is back?
  don't text me the code, mail it
  Do not text me after 9 pm
  Don't send it by post
  I don't want the blue one
  I do not need the box
  remove the second item from my order
  Take the tea off my order please
  Is this the wrong size?
  start of the season
  When do you start shipping?
  Wo ist die Bushaltestelle?
  Wann ist die Aktion zu Ende?
  Ich möchte meine Bestellung stornieren
  Der Regen hört nicht auf
  Bitte nicht abmelden
  Können Sie mich bitte zurückrufen?
  Ich möchte keine Socken, sondern Schuhe
  Ich will das nicht mehr
  Schreiben Sie mir bitte, wann es kommt
  Gibt es das in Größe 42?
  ¿Dónde está la parada de autobús?
  Quiero cancelar mi pedido
  Es para mi madre
  ¿Cuándo baja el precio?
  No dejen de escribirme
  Quiero una talla más baja
  no me queda bien
  ¿Me pueden enviar más fotos?
  👍
  ...
`);

describe('what asks for no more', () => {
  test.each(stop)('%s', (text) => expect(optWord(text)).toBe('stop'));
});

describe('what only looks like it', () => {
  test.each([...nothing, '', ' ', '\n'])('%s', (text) => expect(optWord(text)).toBeNull());
});

describe('what asks for messages again', () => {
  test.each(
    lines(`
      START
      start
      Unstop
      YES
      Yes!
      start please
      please start texting me again
      Start again
      Resubscribe
      opt me back in
      I want to opt in again
      Please sign me up again
      resume the messages
      Ich möchte wieder Nachrichten bekommen
    `),
  )('%s', (text) => expect(optWord(text)).toBe('start'));
});

describe('what asks what this is', () => {
  test.each(['HELP', 'help', 'Help!', 'help please', 'INFO', 'Hilfe', 'Ayuda'])('%s', (text) =>
    expect(optWord(text)).toBe('help'),
  );
});

test('a letter that asks for no more in its beginning is heard, whatever follows, and is read in a moment', () => {
  expect(optWord(`Stop texting me.\n${'And another thing. '.repeat(10_000)}`)).toBe('stop');
  const before = process.cpuUsage();
  for (const part of [
    'stop ',
    'i want you to ',
    'no more all the ',
    'aa ',
    'please ',
    'please stop ',
    'ich will keine ',
    '“',
  ])
    optWord(`${part.repeat(2_000)}x`);
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000);
});
