/** What the page asks the server. */

/** The server says no, and why. */
export class Refusal extends Error {}

/**
 * Make a request and give the answer's JSON.
 * @param {string} verb
 * @param {string} path
 * @param {object} [body]
 * @param {AbortSignal} [signal] Lets the request go: a browser holds only six to one host.
 * @throws {Refusal} if it is refused, or nobody is there.
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
 * Listen to the server's events for ever.
 * @param {Object<string, function(object)>} handlers By the kind of event.
 * @param {function(boolean)} connected Told whether the stream is there.
 */
export function listen(handlers, connected) {
  const stream = new EventSource("/page/events");
  stream.onopen = () => connected(true);
  for (const kind of Object.keys(handlers)) {
    stream.addEventListener(kind, (event) => handlers[kind](JSON.parse(event.data)));
  }
  stream.onerror = () => {
    connected(false);
    // A browser gives up for good when it gets an answer that is no stream.
    if (stream.readyState === EventSource.CLOSED)
      setTimeout(() => listen(handlers, connected), 1000);
  };
}
