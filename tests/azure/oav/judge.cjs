// Holds recorded exchanges against Microsoft's OpenAPI files, by oav's LiveValidator.
//
// usage: node judge.cjs FOLDER <EXCHANGES >JUDGEMENTS
//
// Standard input has one exchange a line, standard output gets one judgement a line, in the same
// order: the operation that an exchange is of (null where the files have none), and what is said
// against its request and its answer. What weighs how much is the caller's to say.

"use strict";

const net = require("node:net");
const readline = require("node:readline");

// The files are enough, and nothing is to be fetched or told.
net.Socket.prototype.connect = () => {
  throw new Error("the judge has no network");
};

const {
  LiveValidator,
  parseValidationRequest,
} = require("oav/dist/lib/liveValidation/liveValidator");
const { log } = require("oav/dist/lib/util/logging");

// It would talk where the judgements go.
log.consoleLogLevel = "off";

// Where oav keeps the operations whose path does not begin with a provider that it can read.
const ANY_PROVIDER = "microsoft.unknown";

// How much of a path is written out, and not left to parameters.
const literals = ({ operation }) =>
  operation._path._pathTemplate.split("/").filter((part) => part && !part.startsWith("{")).length;

// The operation of a request. Beyond oav's own search: where several fit, the one whose path is
// the most concrete, as OpenAPI has it (a link of a zone is no record set of type
// "virtualNetworkLinks"); where none fits, one whose path takes the provider as a parameter. A path
// that is one parameter says nothing about anything.
function operationOf(validator, request) {
  const search = (asked) => {
    const { matches } = validator.operationSearcher.getPotentialOperations(asked);
    const concrete = matches.filter((match) => literals(match) > 0);
    return concrete.sort((one, other) => literals(other) - literals(one))[0];
  };
  const asked = parseValidationRequest(request.url, request.method, request.headers);
  const found = search(asked) ?? search({ ...asked, providerNamespace: ANY_PROVIDER });
  return (
    found && {
      apiVersion: asked.apiVersion,
      operationId: found.operation.operationId,
      operationMatch: found,
      validationRequest: asked,
    }
  );
}

// An error of the validator itself is a complaint as well: nothing was judged then.
const complaints = ({ errors, runtimeException }) =>
  [runtimeException, ...(errors ?? [])].filter(Boolean).map((error) => ({
    code: error.code,
    message: error.message,
    paths: error.pathsInPayload ?? [],
  }));

async function judged(validator, exchange) {
  const { pathname, search, searchParams } = new URL(exchange.url);
  const request = {
    method: exchange.method,
    url: pathname + search,
    headers: Object.fromEntries(exchange.headers),
    query: Object.fromEntries(searchParams),
    body: exchange.body ?? undefined,
  };
  const response = {
    statusCode: String(exchange.status),
    headers: Object.fromEntries(exchange.response_headers),
    body: exchange.response_body ?? undefined,
  };
  const operation = operationOf(validator, request);
  if (!operation) {
    return { operation: null, request: [], response: [] };
  }
  const about = { url: request.url, method: request.method };
  // Without it the operation would be looked for again.
  const kept = { includeOperationMatch: true };
  const ofRequest = await validator.validateLiveRequest(request, kept, operation);
  const ofResponse = await validator.validateLiveResponse(response, about, kept, operation);
  return {
    operation: operation.operationId,
    request: complaints(ofRequest),
    response: complaints(ofResponse),
  };
}

async function main() {
  const validator = new LiveValidator({
    directory: process.argv[2],
    // Of the network's files the one that is spoken of; what it refers to comes with it.
    swaggerPathsPattern: [
      "specification/!(network)/resource-manager/**/*.json",
      "specification/network/resource-manager/**/virtualNetwork.json",
    ],
    git: { shouldClone: false },
    // An operation is compiled when it is first met.
    loadValidatorInInitialize: false,
    loadValidatorInBackground: false,
  });
  await validator.initialize();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await judged(validator, JSON.parse(line)))}\n`);
  }
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
