import { dress, tell } from "./telegram.js";

dress({
  ground: ["bg_color"],
  text: ["text_color"],
  button: ["button_color"],
  "button-text": ["button_text_color"],
});
for (const button of document.querySelectorAll("button")) {
  button.addEventListener("click", () => {
    // Telegram closes the app by itself when it has received the data.
    tell("web_app_data_send", { data: JSON.stringify({ choice: button.textContent.trim() }) });
  });
}
tell("web_app_ready");
