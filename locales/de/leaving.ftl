# Abmelden.
logout-title = Möchten Sie sich abmelden?
logout-from-app = { $app } ({ $host }) möchte Sie abmelden.
logout-what-ends = Sie werden hier in diesem Browser abgemeldet. Apps, die Sie mit diesem Konto geöffnet haben, lassen Sie vielleicht angemeldet, bis Sie sich auch dort abmelden.
logout-yes = Abmelden
logout-no = Angemeldet bleiben
logged-out-title = Sie sind abgemeldet
logged-out-note = Apps, die Sie mit diesem Konto geöffnet haben, lassen Sie vielleicht angemeldet, bis Sie sich auch dort abmelden.

# Zurück zur App.
leave-title = Sie werden zu { $app } zurückgeleitet
leave-wait = Wenn nichts geschieht, gehen Sie mit „Weiter“ zu { $host }.
leave-broken = Die Adresse dieser App lässt sich nicht öffnen. Schließen Sie dieses Fenster und beginnen Sie in der App von vorn.

home-title = Das ist { $product }
home-note = Hier melden Sie sich bei Apps an. Öffnen Sie die App, die Sie verwenden möchten; sie leitet Sie bei Bedarf hierher.
