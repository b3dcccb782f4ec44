/**
 * Talks to Telegram as its own script does, which is on another host and may be out of reach:
 * https://core.telegram.org/api/bots/webapps, "Outgoing events".
 */
function tell(eventType, eventData = {}) {
  if (window.TelegramWebviewProxy) {
    window.TelegramWebviewProxy.postEvent(eventType, JSON.stringify(eventData));
  } else if (window.external && "notify" in window.external) {
    window.external.notify(JSON.stringify({ eventType, eventData }));
  } else if (window.parent !== window) {
    window.parent.postMessage(JSON.stringify({ eventType, eventData }), "*");
  }
}

/** Takes over the colours of the person's Telegram. */
function dress(theme) {
  const names = { bg_color: "ground", text_color: "text", button_color: "button", button_text_color: "button-text" };
  for (const [theirs, ours] of Object.entries(names)) {
    if (theme[theirs]) document.documentElement.style.setProperty(`--${ours}`, theme[theirs]);
  }
}

const launch = new URLSearchParams(location.hash.slice(1));
dress(JSON.parse(launch.get("tgWebAppThemeParams") ?? "{}"));
for (const button of document.querySelectorAll("button")) {
  button.addEventListener("click", () => {
    // Telegram closes the app itself when it has taken the data.
    tell("web_app_data_send", { data: JSON.stringify({ choice: button.textContent.trim() }) });
  });
}
tell("web_app_ready");
