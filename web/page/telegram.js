/**
 * Exchanges events with Telegram, in place of Telegram's own script, which is on another host that
 * the browser may not reach: https://core.telegram.org/api/bots/webapps, "Outgoing events" and
 * "Incoming events".
 */

/** The launch parameters that Telegram adds to the address as its fragment. */
export const launch = new URLSearchParams(location.hash.slice(1));

const heard = new Map();

/** Send an event to Telegram. */
export function tell(eventType, eventData = {}) {
  if (window.TelegramWebviewProxy) {
    window.TelegramWebviewProxy.postEvent(eventType, JSON.stringify(eventData));
  } else if (window.external && "notify" in window.external) {
    window.external.notify(JSON.stringify({ eventType, eventData }));
  } else if (window.parent !== window) {
    window.parent.postMessage(JSON.stringify({ eventType, eventData }), "*");
  }
}

/** Use the colours of the person's Telegram theme, and follow its changes. */
export function dress(names) {
  function wear(theme) {
    for (const [ours, theirs] of Object.entries(names)) {
      const colour = theirs
        .map((name) => theme?.[name])
        .find((value) => /^#[0-9a-f]{6}$/i.test(value));
      if (colour) document.documentElement.style.setProperty(`--${ours}`, colour);
    }
    // The browser's own menus, calendars and scroll bars follow the colour scheme.
    if (theme?.bg_color)
      document.documentElement.style.colorScheme = isDark(theme.bg_color) ? "dark" : "light";
  }
  heard.set("theme_changed", ({ theme_params: theme }) => wear(theme));
  wear(parsed(launch.get("tgWebAppThemeParams")));
  tell("web_app_request_theme");
}

function isDark(colour) {
  const [red, green, blue] = [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16));
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}

function parsed(text) {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

function receive(eventType, eventData) {
  heard.get(eventType)?.(eventData ?? {});
}

// Telegram's apps on phones and desktops call these; its web clients send messages.
window.Telegram = { WebView: { receiveEvent: receive } };
window.TelegramGameProxy = { receiveEvent: receive };
addEventListener("message", (event) => {
  if (event.source !== window.parent || event.source === window) return;
  const { eventType, eventData } = parsed(event.data) ?? {};
  receive(eventType, eventData);
});
