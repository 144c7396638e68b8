# Signing out.
logout-title = Do you want to sign out?
logout-from-app = { $app } ({ $host }) asks to sign you out.
logout-what-ends = You will be signed out here, on this browser. Apps that you opened with this account may keep you signed in until you sign out there as well.
logout-yes = Sign out
logout-no = Stay signed in
logged-out-title = You have signed out
logged-out-note = Apps that you opened with this account may keep you signed in until you sign out there as well.

# Going back to the app.
leave-title = Taking you back to { $app }
leave-wait = If nothing happens, continue to { $host }.
leave-broken = This app’s address cannot be opened. Close this window and start again in the app.

home-title = This is { $product }
home-note = It signs you in to apps. Open the app that you want to use; it brings you here when needed.
