consent-title = { $app } ({ $host }) wants to:
consent-allow = Allow
consent-deny = Don’t allow

# Each completes "… wants to:".
scope-openid = Know that you signed in here
scope-profile = See your name and basic profile
scope-email = See your email address
scope-address = See your postal address
scope-phone = See your phone number
scope-offline-access = Keep access when you are not using it
scope-custom = { $description }
scope-undescribed = Use the permission “{ $scope }”
