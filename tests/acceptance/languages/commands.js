// Runs commands of twilio-cli in one process, and prints what each one prints. The first argument is its folder, the second a
// file with a list of commands, each a list of words.
const fs = require("node:fs");
const { createRequire } = require("node:module");
const path = require("node:path");
const own = createRequire(path.join(process.argv[2], "package.json"));
const oclif = own("@oclif/core");
own("@twilio/cli-core").configureEnv();

// Each has a number of this process.
process.removeAllListeners("warning");

async function outcome(command) {
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write);
  let printed = "";
  for (const stream of streams) stream.write = (piece) => ((printed += piece), true);
  try {
    await oclif.run(command, process.argv[2]);
  } catch (error) {
    printed += error.message;
  }
  streams.forEach((stream, index) => (stream.write = writes[index]));
  return printed;
}

async function main() {
  for (const command of JSON.parse(fs.readFileSync(process.argv[3]))) {
    console.log(JSON.stringify({ command: command[0], printed: await outcome(command) }));
  }
}

main();
