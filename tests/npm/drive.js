// Drives the skill over HTTP with virtual-alexa, a device that others wrote, and prints each turn as a line of JSON.
//
//     node drive.js URL MODEL SKILL_ID SECONDS < SCRIPT
//
// SCRIPT is a JSON list: sentences to say in order, "" for a launch, and a list [sentence, most] for a sentence to be
// said until the session closes, so many times at most. Between two turns so many SECONDS pass on the device's clock.

const { VirtualAlexa } = require("virtual-alexa");

const [url, model, skillId, seconds] = process.argv.slice(2);
const script = JSON.parse(require("fs").readFileSync(0, "utf8"));
const alexa = VirtualAlexa.Builder().skillURL(url).interactionModelFile(model).applicationID(skillId).create();

let request;
let now = Date.now();
alexa.filter((json) => {
  now += 1000 * Number(seconds);
  json.request.timestamp = new Date(now).toISOString().substring(0, 19) + "Z";
  request = JSON.parse(JSON.stringify(json));
});

async function say(sentence) {
  const response = await (sentence === "" ? alexa.launch() : alexa.utter(sentence));
  process.stdout.write(JSON.stringify({ said: sentence, request, response }) + "\n");
  return response.response.shouldEndSession !== true;
}

(async () => {
  for (const step of script) {
    const [sentence, most] = Array.isArray(step) ? step : [step, 1];
    for (let times = 0; times < most; times++) {
      if (!(await say(sentence))) break;
    }
  }
})().catch((error) => {
  process.stderr.write(String(error) + "\n");
  process.exitCode = 1;
});
