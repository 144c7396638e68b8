# Was geschehen ist, und was nun zu tun ist.
error-bad-request-title = Diese Anmeldeanfrage ist ungültig
error-bad-request-do = Die App, die Sie hierher geleitet hat, hat einen Fehler gemacht. Gehen Sie dorthin zurück und versuchen Sie es noch einmal. Wenn es wieder geschieht, wenden Sie sich an den Betreiber der App und nennen Sie die Referenz.
error-forbidden-title = Diese Anfrage wurde abgelehnt
error-forbidden-do = Sie kam nicht von einer unserer Seiten, oder Ihr Browser hält Cookies zurück. Gehen Sie zurück zur App, lassen Sie Cookies zu und beginnen Sie von vorn.
error-not-found-title = Unter dieser Adresse gibt es nichts
error-not-found-do = Prüfen Sie die Adresse, oder gehen Sie zurück zur App und beginnen Sie von vorn.
error-method-title = Diese Adresse wird anders verwendet
error-method-do = Gehen Sie zurück zur App und beginnen Sie von vorn.
error-too-large-title = Das war zu viel auf einmal
error-too-large-do = Was Ihr Browser gesendet hat, ist größer, als wir es annehmen. Gehen Sie zurück und versuchen Sie es mit weniger.
error-conflict-title = Jemand war schneller
error-conflict-do = Dasselbe wurde im selben Augenblick an anderer Stelle geändert. Gehen Sie zurück, sehen Sie es sich noch einmal an und versuchen Sie es erneut.
error-too-many-title = Zu viele Versuche
error-too-many-do = Warten Sie ein wenig und versuchen Sie es dann noch einmal.
error-too-many-wait = Warten Sie { $wait } und versuchen Sie es dann noch einmal.
error-internal-title = Bei uns ist etwas schiefgegangen
error-internal-do = Es liegt nicht an Ihnen, und was Sie bisher eingegeben haben, bleibt erhalten. Versuchen Sie es in ein paar Minuten noch einmal. Wenn es wieder geschieht, bitten Sie um Hilfe und nennen Sie die Referenz.
error-unavailable-title = Wir sind gerade ausgelastet
error-unavailable-do = Versuchen Sie es in einer Minute noch einmal. Was Sie bisher eingegeben haben, bleibt erhalten.
error-step-done-title = Diesen Schritt haben Sie schon erledigt
error-step-done-do = Es ist nichts verloren. Gehen Sie zurück zur App, um fortzufahren.
error-expired-title = Diese Seite ist abgelaufen
error-expired-do = Es hat länger gedauert, als wir warten können, oder die Anmeldung wurde an anderer Stelle abgeschlossen. Gehen Sie zurück zur App und beginnen Sie von vorn.
error-return-title = { $app } möchte Sie mit einem Fehler zurückleiten
error-return-do = Die Anfrage enthielt einen Fehler, deshalb wurden Sie nicht angemeldet. Gehen Sie nur dann weiter zu { $host }, wenn Sie diese Adresse öffnen wollten.
error-unmet-title = Mit Ihrem Konto ist das noch nicht möglich
error-unmet-do = { $app } verlangt eine stärkere Bestätigung, als für Ihr Konto eingerichtet ist. Mit „Weiter“ gelangen Sie zurück zur App; es wurde nichts geändert.

# Die Referenz und der Teil für die Entwicklung.
error-reference = Referenz
error-reference-hint = Nennen Sie diese Referenz, wenn Sie um Hilfe bitten.
error-developer = Für die Entwicklung der App
error-code = Fehler
error-rule = Was zu beheben ist
error-received = Empfangen: { $name }
error-empty = (leer)
error-docs = Mehr dazu
