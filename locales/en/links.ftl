# Buttons that a person's client carries out by itself
links-title = <b>Choose a link.</b> Your Telegram opens these by itself, without asking me.
links-profile-note = <i>Your profile can't be pressed if your privacy settings forbid links to you in forwarded messages.</i>
links-app-elsewhere = <i>Mini App: its button is shown in our private chat.</i>
links-domain-note = <i>If the button to log in can't be pressed, my owner has yet to tell @BotFather the domain of WEB_APP_URL (/setdomain).</i>
links-no-pages = <i>Logging in and the Mini App: set WEB_APP_URL to their https address, and tell @BotFather its domain by /setdomain.</i>
links-page = GitHub
links-channel = Official Telegram channel
links-profile = Your profile
links-login = Log in to a page
links-copy = Copy your id
links-share = Links to Tally
