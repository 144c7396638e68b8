# Was jede Seite umgibt.
language-name = Deutsch
title = { $heading } – { $product }
title-error = Fehler: { $heading } – { $product }
footer-reference = Referenz
footer-privacy = Datenschutz
footer-help = Hilfe
footer-language = Sprache

# Auf vielen Seiten.
continue = Weiter
cancel = Abbrechen
back = Zurück
not-you = Nicht Sie?
use-another-account = Anderes Konto verwenden
account-chip = Konto
