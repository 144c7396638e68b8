# The account pages: their frame.
account-yours = Your account
account-nav = Account
account-sign-out = Sign out
account-save = Save
account-overview = Overview
account-security = Sign-in and security
account-sessions = Where you are signed in
account-devices = Browsers you signed in with
account-activity = Activity
account-apps = Connected apps
account-tab-security = Security
account-tab-sessions = Sessions
account-tab-devices = Devices
account-tab-apps = Apps
account-profile = Profile
account-from = from { $ip }
account-done-renamed = The name is saved.
account-not-renamed = The name is not saved: use 1 to 60 letters and signs that can be seen.
account-last-one = It stays: it is your last way to sign in. Add another one first.
account-done-removed = It is removed, and what rested on it has ended.
account-done-password = Your password is changed. Every other browser was signed out.
account-done-session = That browser is signed out.
account-done-others = Every other browser is signed out.
account-done-distrusted = That browser is trusted no longer.
account-done-forgotten = That browser is forgotten.
account-done-others-forgotten = Every other browser is forgotten.
account-done-app = The app is disconnected and its access has ended.
account-done-profile = Your profile is saved.
account-done-reported = Thank you. Every other browser is signed out. Check your ways to sign in, and change your password if somebody may know it.
account-done-nothing = That was gone already. This is how things stand now.

# Overview.
account-reach = What you can prove
account-reached = Within reach
account-not-reached = Not yet
account-more = Look after your account
account-activity-lead = What happened, and what to do if it was not you
account-count-authenticators = { $n ->
    [one] { $n } way to sign in or confirm
   *[other] { $n } ways to sign in or confirm
}
account-count-sessions = { $n ->
    [one] { $n } browser
   *[other] { $n } browsers
}
account-count-apps = { $n ->
    [one] { $n } app
   *[other] { $n } apps
}
acr-basic = One proof
acr-mfa = Two kinds of proof
acr-phr = A proof that no look-alike site can use
acr-phrh = A proof that no look-alike site can use, with a key that cannot leave its device

# Sign-in and security.
security-mine = Your ways to sign in and confirm
security-phishing-resistant = Phishing-resistant
security-device-bound = On one device
security-synced = Synced
security-added = Added { $when }
security-used = last used { $when }
security-never-used = never used
security-codes-left = { $n } of { $of } left
security-locked = Rests for { $wait } after wrong tries
security-locked-for-good = Stays locked after wrong tries. Ask an administrator to replace it
security-rename = Rename
security-name = Name
security-change = Change
security-remove = Remove
security-add = Add another way
security-add-lead = Before anything is added you confirm that it’s you.
security-recovery = Recovery codes
security-recovery-lead = Ten codes for the day you lose everything else. New codes replace the old ones.
security-recovery-new = Get new recovery codes
remove-title = Remove this way to sign in?
remove-effect = It stops working at once. What was confirmed with it ends too: apps may ask you to sign in again.

# Password.
new-password-title = Choose a new password
new-password-lead = Every other browser will be signed out.
new-password-label = New password
new-password-hint = At least { $n } characters. A few words in a row are easy to remember.
new-password-too-short = Use at least { $n } characters; a few words in a row are easy to remember
new-password-too-long = This password is too long
new-password-common = This is one of the most used passwords; choose one of your own
new-password-own-name = This can be guessed too easily; leave out your own name and the name of the service
new-password-more-words = This can be guessed too easily; add another word or two that do not belong together

# Sessions.
sessions-browser-on = { $browser } on { $os }
sessions-browser = { $browser }
sessions-unknown = An unknown browser
sessions-this = This browser
sessions-times = Signed in { $began }, last used { $used }
sessions-apps = Apps:
sessions-acrs = Proven now:
sessions-end = Sign out there
sessions-end-others = Sign out everywhere else

# Devices.
devices-lead = We recognise these browsers when you sign in. A trusted one spares you the second step where nothing more is asked for.
devices-none = No browser is recognised.
devices-trusted = Trusted
devices-times = First seen { $first }, last signed in { $last }
devices-trusted-for = Trusted for another { $duration }
devices-distrust = Stop trusting
devices-forget = Forget
devices-forget-others = Forget all others
devices-effect = A forgotten browser is new to us when you sign in with it again. To sign it out, see Sessions.

# Activity.
activity-nothing = Nothing happened yet.
activity-not-me = This wasn’t me
activity-older = Older
activity-signed-in = { $has_app ->
    [0] Signed in
   *[other] Signed in for { $app }
}
activity-sign-in-failed = { $has_method ->
    [0] A sign-in failed
   *[other] A sign-in failed: { $method } was wrong
}
activity-confirmed = { $has_app ->
    [0] { $has_method ->
        [0] Confirmed that it was you
       *[other] Confirmed with { $method }
    }
   *[other] { $has_method ->
        [0] Confirmed that it was you for { $app }
       *[other] Confirmed for { $app } with { $method }
    }
}
activity-confirm-failed = { $has_app ->
    [0] A confirmation failed: { $method } was wrong
   *[other] A confirmation for { $app } failed: { $method } was wrong
}
activity-locked = { $has_method ->
    [0] Too many wrong tries
   *[other] Too many wrong tries: { $method } rests
}
activity-factor-added = Added: { $method }
activity-factor-removed = Removed: { $method }
activity-password-changed = Changed the password
activity-app-allowed = Allowed { $app }
activity-app-revoked = Disconnected { $app }
activity-signed-out = Signed out
activity-device-trusted = Trusted a browser
activity-device-forgotten = Forgot a browser
activity-device-suspected = A browser was forgotten: somebody may have copied what we recognise it by
activity-recovery-used = A recovery code was used
activity-factor-suspected = { $has_method ->
    [0] A copy of one of your ways to sign in may have been used
   *[other] A copy may have been used: { $method }
}
activity-recovery-requested = Somebody asked to set the password anew
activity-link-used = A one-time link was used
activity-profile-changed = Changed the profile
activity-account-locked = The account was locked by an administrator
activity-account-unlocked = The account was opened again by an administrator
activity-device-distrusted = A browser is trusted no longer

# Apps.
apps-none = No app is connected.
apps-since = Since { $when }
apps-last = last let in { $when }
apps-remove = Disconnect
apps-effect = Disconnecting ends an app’s access at once. It asks again when you next use it.

# Profile.
profile-told = What apps are told
profile-lead = Apps that you let see your profile are told this.
profile-fixed = Set by the people who run this service
profile-username = Name to sign in with
profile-name = Full name
profile-given-name = First name
profile-family-name = Last name
profile-nickname = Nickname
profile-email = Email
profile-phone = Phone
profile-verified = Verified
profile-too-long = Use at most 120 characters
profile-not-plain = Use letters and signs that can be seen
