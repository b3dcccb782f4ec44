/** The entry point: connects the modules and starts the page. */

import { showSide } from "./chat_list.js";
import { showChat } from "./chat_view.js";
import { showComposer } from "./composer.js";
import { openLink } from "./links.js";
import { openLinksWith } from "./mini_app.js";
import { begin } from "./world.js";

openLinksWith(openLink);
showSide();
showChat();
showComposer();
begin();
