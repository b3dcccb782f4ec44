/** Requests to the server, and its stream of events. */

/** The server refused a request, or can't be reached; the message says why. */
export class Refusal extends Error {}

/**
 * Send a request and return the JSON of the answer.
 * @param {string} verb
 * @param {string} path
 * @param {object} [body]
 * @param {AbortSignal} [signal] Cancels the request, because a browser allows only six at a time.
 * @throws {Refusal} if the server refuses or can't be reached.
 */
export async function ask(verb, path, body, signal) {
  const options = { method: verb, signal };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Refusal("The playground can't be reached");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(answer.error ?? `The playground answers ${response.status}`);
  return answer;
}

/**
 * Listen to the server's events until the page is closed.
 * @param {Object<string, function(object)>} handlers Functions by kind of event.
 * @param {function(boolean)} connected Called when the stream opens (true) or breaks (false).
 */
export function listen(handlers, connected) {
  const stream = new EventSource("/page/events");
  stream.onopen = () => connected(true);
  for (const kind of Object.keys(handlers)) {
    stream.addEventListener(kind, (event) => handlers[kind](JSON.parse(event.data)));
  }
  stream.onerror = () => {
    connected(false);
    // A browser does not reconnect after an answer that is not a stream.
    if (stream.readyState === EventSource.CLOSED)
      setTimeout(() => listen(handlers, connected), 1000);
  };
}
