/**
 * A replacement of Telegram's script for Mini Apps: `window.Telegram.WebApp`, as far as the
 * playground's frame supports it. A page includes it as a plain script.
 */
(() => {
  const launch = new URLSearchParams(location.hash.slice(1));
  const initData = launch.get("tgWebAppData") ?? "";
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const listeners = new Map();

  /** The start of a link to an invoice. */
  const INVOICE = "https://t.me/$";

  const tell = (eventType, eventData = {}) =>
    parent.postMessage(JSON.stringify({ eventType, eventData }), "*");

  function onEvent(type, listener) {
    listeners.set(type, [...(listeners.get(type) ?? []), listener]);
  }

  function offEvent(type, listener) {
    listeners.set(
      type,
      (listeners.get(type) ?? []).filter((known) => known !== listener),
    );
  }

  addEventListener("message", (event) => {
    if (event.source !== parent) return;
    const { eventType, eventData } = JSON.parse(event.data);
    if (eventType === "theme_changed") Object.assign(app.themeParams, eventData.theme_params);
    const [type, told] =
      {
        main_button_pressed: ["mainButtonClicked"],
        theme_changed: ["themeChanged"],
        invoice_closed: [
          "invoiceClosed",
          { url: INVOICE + eventData?.slug, status: eventData?.status },
        ],
      }[eventType] ?? [];
    for (const listener of listeners.get(type) ?? []) listener(told);
  });

  const MainButton = {
    text: "Continue",
    isVisible: false,
    isActive: true,
    setParams({
      text = MainButton.text,
      is_visible = MainButton.isVisible,
      is_active = MainButton.isActive,
    }) {
      Object.assign(MainButton, { text, isVisible: is_visible, isActive: is_active });
      tell("web_app_setup_main_button", { text, is_visible, is_active });
      return MainButton;
    },
    setText: (text) => MainButton.setParams({ text }),
    show: () => MainButton.setParams({ is_visible: true }),
    hide: () => MainButton.setParams({ is_visible: false }),
    enable: () => MainButton.setParams({ is_active: true }),
    disable: () => MainButton.setParams({ is_active: false }),
    onClick(listener) {
      onEvent("mainButtonClicked", listener);
      return MainButton;
    },
    offClick(listener) {
      offEvent("mainButtonClicked", listener);
      return MainButton;
    },
  };

  const app = {
    initData,
    initDataUnsafe: unpacked(initData),
    version: launch.get("tgWebAppVersion") ?? "9.0",
    platform: launch.get("tgWebAppPlatform") ?? "web",
    colorScheme: dark ? "dark" : "light",
    themeParams: {},
    isExpanded: true,
    MainButton,
    onEvent,
    offEvent,
    ready: () => tell("web_app_ready"),
    expand: () => tell("web_app_expand"),
    close: () => tell("web_app_close"),
    sendData: (data) => tell("web_app_data_send", { data }),
    openLink: (url) => tell("web_app_open_link", { url }),
    openInvoice,
    openTelegramLink: (url) =>
      tell("web_app_open_tg_link", { path_full: url.replace(/^https?:\/\/t\.me/, "") }),
  };

  /** Let the person pay the invoice behind a link; the callback gets its final status. */
  function openInvoice(url, callback) {
    function ended(told) {
      if (told.url !== url) return;
      offEvent("invoiceClosed", ended);
      callback?.(told.status);
    }
    onEvent("invoiceClosed", ended);
    tell("web_app_open_invoice", { slug: url.slice(INVOICE.length) });
  }

  /** Parse the signed data; its fields can't be trusted until the bot has checked them. */
  function unpacked(data) {
    const fields = Object.fromEntries(new URLSearchParams(data));
    for (const name of ["user", "receiver", "chat"])
      if (fields[name]) fields[name] = JSON.parse(fields[name]);
    return fields;
  }

  window.Telegram = { WebApp: app };
  tell("web_app_request_theme");
})();
