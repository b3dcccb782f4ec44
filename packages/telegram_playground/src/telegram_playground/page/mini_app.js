/** Mini Apps and games: web pages of the bot in a frame, which talks as Telegram's own script does. */

import { ask } from "./api.js";
import { button, element } from "./dom.js";
import { attempt, confirmBox } from "./notices.js";
import { payLink } from "./payment.js";
import { send } from "./sending.js";
import { world } from "./world.js";

const OWN_MACHINE = new Set(["127.0.0.1", "localhost"]);

let openLink;

/**
 * Set the function that opens links for Mini Apps. It is not imported, because a link can open a
 * Mini App too.
 * @param {function(string)} open
 */
export function openLinksWith(open) {
  openLink = open;
}

/**
 * Open a Mini App as the person who is played.
 * @param {string} text The label of the button, which is the title of the frame.
 * @param {string} address
 * @param {"keyboard"|"inline"|"menu"|"link"} source The kind of button, or a link.
 * @param {string} [parameter] What a link carries after `startapp=`.
 */
export async function openApp(text, address, source, parameter) {
  const opened = { person: world.me, url: address, source, start_param: parameter };
  const answer = await attempt(ask("POST", "/control/web_app", opened));
  if (!answer) return;
  if (OWN_MACHINE.has(new URL(address).hostname)) showFrame(text, answer.url, source);
  else if (await confirmBox("Open the Mini App?", address, "Open"))
    open(answer.url, "_blank", "noopener");
}

/** Open the web page of a game. */
export async function openGame(title, url) {
  if (OWN_MACHINE.has(new URL(url).hostname)) showFrame(title, url, "game");
  else openLink(url);
}

function showFrame(text, url, source) {
  const frame = element("iframe", { src: url, title: text, allow: "clipboard-write" });
  const main = button("", () => tell("main_button_pressed"), { class: "main", hidden: true });
  const head = element(
    "header",
    { class: "bar" },
    element("h3", {}, text),
    button("Close", close, { class: "quiet" }),
  );
  const box = element(
    "dialog",
    { class: "app", "aria-label": text, on: { close: end } },
    head,
    frame,
    main,
  );

  const answers = {
    web_app_ready: () => undefined,
    web_app_expand: () => box.classList.add("wide"),
    web_app_close: close,
    web_app_request_theme: () => tell("theme_changed", { theme_params: theme() }),
    web_app_request_viewport: () =>
      tell("viewport_changed", {
        height: frame.clientHeight,
        width: frame.clientWidth,
        is_state_stable: true,
        is_expanded: true,
      }),
    web_app_setup_main_button: setMain,
    web_app_open_link: ({ url: link }) => openLink(link),
    web_app_open_invoice: async ({ slug }) =>
      tell("invoice_closed", { slug, status: await payLink(`https://t.me/$${slug}`) }),
    web_app_open_tg_link: ({ path_full: path }) => openLink(`https://t.me${path}`),
    web_app_data_send: async ({ data }) => {
      close();
      // Only an app opened by a reply button may send data (Mini Apps, WebApp.sendData).
      if (source === "keyboard") await send({ web_app_data: { button_text: text, data } });
    },
  };

  function hear(event) {
    if (event.source !== frame.contentWindow) return;
    let told;
    try {
      told = JSON.parse(event.data);
    } catch {
      return;
    }
    answers[told.eventType]?.(told.eventData ?? {});
  }

  function tell(eventType, eventData = {}) {
    frame.contentWindow.postMessage(JSON.stringify({ eventType, eventData }), new URL(url).origin);
  }

  function setMain({ is_visible: visible, is_active: active, text: label }) {
    main.hidden = !visible;
    main.disabled = active === false;
    main.textContent = label ?? "Continue";
  }

  function close() {
    box.close();
  }

  function end() {
    removeEventListener("message", hear);
    box.remove();
  }

  addEventListener("message", hear);
  document.body.append(box);
  box.showModal();
}

/** Give the page's colours by their names in Telegram's `ThemeParams`. */
function theme() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  return dark
    ? {
        bg_color: "#18201e",
        text_color: "#e6eeeb",
        hint_color: "#95a5a0",
        button_color: "#56c4ae",
        button_text_color: "#0c1a17",
        secondary_bg_color: "#101615",
      }
    : {
        bg_color: "#fbfcfb",
        text_color: "#17211e",
        hint_color: "#5b6b66",
        button_color: "#1a7565",
        button_text_color: "#ffffff",
        secondary_bg_color: "#e9efec",
      };
}
