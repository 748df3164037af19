// The hello world of hello.py for Node: Amazon's SDK and its adapter for Express.
//
//     node hello.js [ROOTS CHAIN]
//
// It prints "ready", its port, and the milliseconds of processor time until then. Without the two files nothing is
// verified. With them everything is, as the adapter does by default; but what it trusts are those roots (a PEM file,
// of which it reads every certificate), and what it downloads is that chain. Its standard input's end ends it.

const fs = require("fs");
const Module = require("module");
const [roots, chain] = process.argv.slice(2);

if (roots) {
  const trusted = fs.readFileSync(roots, "utf8").match(/-----BEGIN[^]+?-----END CERTIFICATE-----\n?/g);
  const certificates = fs.readFileSync(chain);
  const get = (_url, answered) => {
    const { Readable } = require("stream");
    process.nextTick(() => answered(Object.assign(Readable.from([certificates]), { statusCode: 200 })));
    return { on() {}, end() {} };
  };
  // tls.rootCertificates cannot be set, so that package alone is given another tls; and an https without a network.
  const load = Module._load;
  Module._load = function (name, parent, ...rest) {
    const loaded = load.call(this, name, parent, ...rest);
    if (!parent || !/ask-sdk-express-adapter/.test(parent.filename)) return loaded;
    if (name === "tls") return { ...loaded, rootCertificates: trusted };
    return name === "https" ? { ...loaded, get } : loaded;
  };
}

const express = require("express");
const { SkillBuilders, getIntentName, getRequestType } = require("ask-sdk-core");
const { ExpressAdapter } = require("ask-sdk-express-adapter");

const launch = {
  canHandle: ({ requestEnvelope }) => getRequestType(requestEnvelope) === "LaunchRequest",
  handle({ responseBuilder }) {
    const speech = "Welcome to the Alexa Skills Kit, you can say hello!";
    return responseBuilder.speak(speech).reprompt(speech).getResponse();
  },
};

const helloWorld = {
  canHandle: ({ requestEnvelope }) =>
    getRequestType(requestEnvelope) === "IntentRequest" && getIntentName(requestEnvelope) === "HelloWorldIntent",
  handle: ({ responseBuilder }) => responseBuilder.speak("Hello World!").getResponse(),
};

const anythingElse = {
  canHandle: () => true,
  handle({ responseBuilder }) {
    const speech = "You can say hello to me! How can I help?";
    return responseBuilder.speak(speech).reprompt(speech).getResponse();
  },
};

const skill = SkillBuilders.custom().addRequestHandlers(launch, helloWorld, anythingElse).create();
const app = express();
app.post("/alexa", new ExpressAdapter(skill, Boolean(roots), Boolean(roots)).getRequestHandlers());
const server = app.listen(0, "127.0.0.1", () => {
  const { user, system } = process.cpuUsage();
  console.log(`ready ${server.address().port} ${(user + system) / 1000}`);
});
process.stdin.on("end", () => process.exit()).resume();
