// What Amazon's own verifier for Node (ask-sdk-express-adapter) says of requests.
//
//     node judge.js < CORPUS > VERDICTS
//
// CORPUS is JSON: {"now": ISO time, "roots": [PEM], "cases": [{"headers", "body", "file", "skillId"}]}; body and file
// are in base64, and file is null where nothing can be downloaded. VERDICTS is a JSON list: null for each request that
// it lets through to the skill, else what it says against it. The clock stands still, and its roots are those given.

const Module = require("module");
const corpus = JSON.parse(require("fs").readFileSync(0, "utf8"));

const now = Date.parse(corpus.now);
const RealDate = Date;
global.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length ? given : [now]));
  }
  static now() {
    return now;
  }
};

// tls.rootCertificates cannot be set, so that package alone is given another tls.
const load = Module._load;
Module._load = function (name, parent, ...rest) {
  const loaded = load.call(this, name, parent, ...rest);
  const theirs = parent && /ask-sdk-express-adapter/.test(parent.filename);
  return name === "tls" && theirs ? { ...loaded, rootCertificates: corpus.roots } : loaded;
};

const nock = require("nock");
const { SkillBuilders } = require("ask-sdk-core");
const { SkillRequestSignatureVerifier, TimestampVerifier } = require("ask-sdk-express-adapter");
const { asyncVerifyRequestAndDispatch } = require("ask-sdk-express-adapter/dist/util");

nock.disableNetConnect();

const handler = { canHandle: () => true, handle: (input) => input.responseBuilder.getResponse() };

async function judge({ headers, body, file, skillId }) {
  nock.cleanAll();
  const host = nock("https://s3.amazonaws.com").get(/.*/);
  if (file === null) host.replyWithError("no answer");
  else host.reply(200, Buffer.from(file, "base64"));
  const skill = SkillBuilders.custom().withSkillId(skillId).addRequestHandlers(handler).create();
  const text = Buffer.from(body, "base64").toString("utf8"); // as body-parser hands it on
  const signature = new SkillRequestSignatureVerifier();
  const timestamp = new TimestampVerifier();
  // One after the other, so that no download of this request is still under way at the next.
  const both = { verify: async (...given) => [await signature.verify(...given), await timestamp.verify(...given)] };
  try {
    await asyncVerifyRequestAndDispatch(headers, text, skill, [both]);
    return null;
  } catch (error) {
    return `${error.name}: ${error.message}`.slice(0, 300);
  }
}

(async () => {
  const verdicts = [];
  for (const one of corpus.cases) verdicts.push(await judge(one));
  process.stdout.write(JSON.stringify(verdicts));
})();
