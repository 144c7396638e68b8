# Von jemandem, der angemeldet ist, wird mehr verlangt.
step-up-title = Bestätigen Sie, dass Sie es sind: { $action }
step-up-title-code = Geben Sie zum Fortfahren einen Bestätigungscode ein
step-up-title-password = Geben Sie zum Fortfahren Ihr Passwort ein
step-up-reason-level = { $app } verlangt für diesen Vorgang eine weitere Bestätigung.
step-up-reason-age = Ihre letzte Bestätigung liegt zu lange zurück. { $app } bittet Sie zu bestätigen, dass Sie es sind.
step-up-reason-again = { $app } bittet Sie, noch einmal zu bestätigen, dass Sie es sind.
step-up-requested-by = Angefordert von
step-up-confirm = Bestätigen
step-up-valid-for = Gültig für { $duration }

# Die Liste der Bestätigungen.
steps-label = Ihr Fortschritt
steps-done = erledigt
steps-now = jetzt nötig
steps-later = später
