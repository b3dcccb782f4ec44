/** Puts the page together. */

import { showSide } from "./chat_list.js";
import { showChat } from "./chat_view.js";
import { showComposer } from "./composer.js";
import { begin } from "./world.js";

showSide();
showChat();
showComposer();
begin();
