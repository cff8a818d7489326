// The gate's page: connects the terminal, sends the keys of the buttons, plays the gate's sounds,
// and gives it the frames of this device's camera.
"use strict";

const FEWEST_COLUMNS = 100, FEWEST_ROWS = 26; // of a large screen: more of them are smaller
const CELL_WIDTH = 0.6, CELL_HEIGHT = 1.32; // of Roboto Mono, by the font's size
const SMALLEST_FONT = 16, LARGEST_FONT = 32; // pixels: what a phone can be read at, and a wall

const LONGER_SIDE = 1280; // pixels of a frame: a code at arm's length has about 5 to a module
const BETWEEN_FRAMES = 100; // milliseconds
const UNANSWERED = 2000; // milliseconds after which a frame is taken for lost
const WORST_QUALITY = 0.3;

const body = document.body;
const words = JSON.parse(body.dataset.words);
const largestFrame = Number(body.dataset.largestFrame);
const terminal = document.querySelector("#terminal");
const said = document.querySelector("#said");
const sight = document.querySelector("#sight");
const cameraKey = document.querySelector("#camera");
const keyboardKey = document.querySelector("#keyboard");
const byTouch = matchMedia("(pointer: coarse)").matches;

// The terminal

const wide = innerWidth / (FEWEST_COLUMNS * CELL_WIDTH);
const high = (innerHeight - 60) / (FEWEST_ROWS * CELL_HEIGHT);
const size = Math.floor(Math.min(wide, high, LARGEST_FONT));
terminal.dataset.fontSize = Math.max(SMALLEST_FONT, size);

// The socket as the browser reaches it, through a proxy with TLS too.
const address = new URL("ws", location.href);
address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
address.search = "";
terminal.dataset.sessionWebsocketUrl = address.href;

// The terminal's script keeps its socket to itself; keys and frames go through it too.
let socket = null;
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    socket = this;
    this.addEventListener("message", (event) => {
      if (typeof event.data === "string") obey(...JSON.parse(event.data));
    });
    this.addEventListener("close", stopCamera);
  }
};

function obey(kind, details) {
  if (kind === "frame") frameTaken();
  if (kind === "sound") play(details.name, details.volume / 100);
}

function send(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(message);
}

function say(sentence = "") {
  said.textContent = sentence;
  said.hidden = !sentence;
  refit();
}

function refit() {
  window.dispatchEvent(new Event("resize"));
}

// The keys. A hand scanner types without a click, so the terminal has the focus; on a phone its
// keyboard covers half the gate, and shows only where something is typed.

function line() {
  return document.querySelector(".xterm-helper-textarea");
}

function listen() {
  line()?.focus({ preventScroll: true });
}

function showKeyboard(shown) {
  const input = line();
  if (!input) return;
  keyboardKey.setAttribute("aria-pressed", shown);
  if (byTouch) {
    input.blur(); // a phone looks at the mode when the focus comes
    input.inputMode = shown ? "text" : "none";
  }
  listen();
}

function press(key) {
  send(JSON.stringify(["stdin", key.dataset.keys]));
  showKeyboard("types" in key.dataset);
}

for (const key of document.querySelectorAll("[data-keys]")) {
  key.addEventListener("click", () => press(key));
}
keyboardKey.hidden = !byTouch;
keyboardKey.addEventListener("click", () => {
  showKeyboard(keyboardKey.getAttribute("aria-pressed") !== "true");
});
document.querySelector("#again").addEventListener("click", () => location.reload());

let opened = false;
new MutationObserver(() => {
  if (!body.classList.contains("-first-byte") || opened) return;
  opened = true;
  refit();
  showKeyboard(false);
}).observe(body, { attributeFilter: ["class"] });
window.addEventListener("focus", listen);

// The sounds. A browser plays none before the page is touched or typed at; what comes before that is
// left out, not heard later.

let audio = null;
const sounds = new Map();

for (const kind of ["pointerup", "keydown"]) {
  window.addEventListener(kind, unlock, true);
}

function unlock() {
  audio ??= new AudioContext();
  if (audio.state !== "running") audio.resume().catch(() => {}); // a call has stopped it
}

async function sound(name) {
  const answer = await fetch(`sounds/${name}.wav`);
  return audio.decodeAudioData(await answer.arrayBuffer());
}

async function play(name, volume) {
  if (!audio) return;
  if (!sounds.has(name)) sounds.set(name, sound(name));
  const buffer = await sounds.get(name).catch(() => null);
  if (!buffer) sounds.delete(name); // the next one asks for it again
  if (!buffer || audio.state !== "running") return;
  const [source, gain] = [audio.createBufferSource(), audio.createGain()];
  source.buffer = buffer;
  gain.gain.value = volume * volume; // ears hear in powers
  source.connect(gain).connect(audio.destination);
  source.start();
}

// The camera. One frame is on its way at a time: the gate answers each that it has taken, so a slow
// network has fewer frames, and never old ones.

let stream = null, next = 0, sentAt = 0, quality = 0.8, awake = null;
const canvas = document.createElement("canvas");

const TROUBLES = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "busy",
  AbortError: "busy",
};

async function startCamera() {
  if (!navigator.mediaDevices?.getUserMedia) {
    say(window.isSecureContext ? words.none : words.insecure);
    return;
  }
  const video = { facingMode: { ideal: "environment" }, width: { ideal: LONGER_SIDE } };
  let found;
  try {
    found = await navigator.mediaDevices.getUserMedia({ audio: false, video });
  } catch (error) {
    say(words[TROUBLES[error.name] ?? "failed"]);
    return;
  }
  stopCamera();
  stream = found;
  stream.getVideoTracks()[0].addEventListener("ended", () => {
    stopCamera();
    say(words.failed);
  });
  sight.srcObject = stream;
  sight.play().catch(() => {}); // stopped before it began
  showSight(true);
  // A phone that falls asleep closes the gate. Where it can't be asked to stay awake, it sleeps.
  navigator.wakeLock?.request("screen").then((lock) => (awake = lock), () => {});
  sendFrame();
}

function stopCamera() {
  clearTimeout(next);
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = sight.srcObject = null;
  awake?.release();
  awake = null;
  showSight(false);
}

function showSight(shown) {
  sight.hidden = !shown;
  body.classList.toggle("-camera", shown);
  cameraKey?.setAttribute("aria-pressed", shown);
  say();
}

function later(wait) {
  clearTimeout(next);
  next = setTimeout(sendFrame, wait);
}

function frameTaken() {
  if (stream) later(Math.max(0, sentAt + BETWEEN_FRAMES - performance.now()));
}

function sendFrame() {
  const [width, height] = [sight.videoWidth, sight.videoHeight];
  if (!stream) return;
  later(width ? UNANSWERED : BETWEEN_FRAMES);
  if (!width) return; // no picture yet
  const scale = Math.min(1, LONGER_SIDE / Math.max(width, height));
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.getContext("2d").drawImage(sight, 0, 0, canvas.width, canvas.height);
  sentAt = performance.now();
  canvas.toBlob(sendJpeg, "image/jpeg", quality);
}

function sendJpeg(jpeg) {
  if (!stream || !jpeg) return;
  if (jpeg.size < largestFrame) {
    send(jpeg);
  } else {
    quality = Math.max(WORST_QUALITY, quality * 0.8);
    later(BETWEEN_FRAMES);
  }
}

cameraKey?.addEventListener("click", () => {
  listen();
  if (stream) stopCamera();
  else startCamera();
});
