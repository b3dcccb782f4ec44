# Buttons that a person's client carries out by itself
links-title = <b>Choose a link.</b> Your Telegram opens these by itself; I learn nothing of it.
links-profile-note = <i>Your profile can't be pressed if your privacy settings forbid links to you in forwarded messages.</i>
links-app-elsewhere = <i>Mini App: its button is shown in our private chat.</i>
links-page = GitHub
links-channel = Official Telegram channel
links-profile = Your profile
links-copy = Copy your id
