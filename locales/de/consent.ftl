consent-title = { $app } ({ $host }) möchte:
consent-allow = Erlauben
consent-deny = Ablehnen

# Jedes führt „… möchte:“ zu Ende.
scope-openid = Erfahren, dass Sie sich hier angemeldet haben
scope-profile = Ihren Namen und Ihre Profilangaben sehen
scope-email = Ihre E-Mail-Adresse sehen
scope-address = Ihre Postanschrift sehen
scope-phone = Ihre Telefonnummer sehen
scope-offline-access = Zugriff behalten, auch wenn Sie die App nicht verwenden
scope-custom = { $description }
scope-undescribed = Die Berechtigung „{ $scope }“ nutzen
