// Parses each document with the parsers of swagger-parser, Scalar and Swagger UI; prints what one of them refuses.
import fs from "node:fs";
import SwaggerParser from "@apidevtools/swagger-parser";
import { validate } from "@scalar/openapi-parser";
import SwaggerClient from "swagger-client";

let failed = 0;
const refuse = (tool, path, reason) => {
  failed = 1;
  console.log(`${tool} refuses ${path}: ${String(reason).split("\n")[0]}`);
};

for (const path of process.argv.slice(2)) {
  try {
    await SwaggerParser.validate(path);
  } catch (error) {
    refuse("swagger-parser", path, error);
  }
  const scalar = await validate(fs.readFileSync(path, "utf8"));
  if (!scalar.valid) refuse("scalar", path, JSON.stringify(scalar.errors));
  const json = path.replace(/\.yaml$/, ".json");
  const swagger = await SwaggerClient.resolve({ spec: JSON.parse(fs.readFileSync(json, "utf8")) });
  if (swagger.errors.length) refuse("swagger-client", json, swagger.errors[0].message);
}
process.exit(failed);
