"""Judges the generated schemas: schemas.py SCHEMAS FIXTURES CONTROL.

The OpenAPI documents and every JSON Schema must be valid, and every fixture of the index valid by the schema of its type.
So that a validator that accepts anything is noticed, each schema is also shown what it must refuse.
"""

import copy
import json
import pathlib
import sys
import tomllib

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

schemas, fixtures, control = (pathlib.Path(argument) for argument in sys.argv[1:4])
problems = []
counted = 0


def expect(holds, problem):
    global counted
    counted += 1
    if not holds:
        problems.append(problem)


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


openapi = read(schemas / "openapi.json")
for error in OpenAPIV31SpecValidator(openapi).iter_errors():
    problems.append(f"openapi.json: {error.message} at {list(error.path)}")
counted += 1
expect("callback" in openapi["webhooks"], "openapi.json: the callback is not among the webhooks")
for error in OpenAPIV31SpecValidator(read(control)).iter_errors():
    problems.append(f"{control}: {error.message} at {list(error.path)}")
counted += 1
broken = copy.deepcopy(openapi)
del broken["info"]["title"]
expect(any(OpenAPIV31SpecValidator(broken).iter_errors()), "the OpenAPI validator takes a document without a title")

validators = {}
for path in sorted(schemas.glob("*.json")):
    if path.name == "openapi.json":
        continue
    schema = read(path)
    try:
        Draft202012Validator.check_schema(schema)
    except Exception as error:
        problems.append(f"{path.name}: no JSON Schema: {error}")
        continue
    validators[path.stem] = Draft202012Validator(schema)
    # Of the rules no source shows a shape.
    expect("type" not in schema or not validators[path.stem].is_valid([]), f"{path.name}: takes an array")
    for member in schema.get("required", []):
        expect(not validators[path.stem].is_valid({}), f"{path.name}: takes an object without {member}")

index = tomllib.loads((fixtures / "index.toml").read_text(encoding="utf-8"))["file"]
# Some bodies are not JSON.
# What the web client says is no body of a call.
index = [entry for entry in index if entry["path"].endswith(".json") and entry["endpoint"] != "web"]
for entry in index:
    validator = validators.get(entry["type"])
    if validator is None:
        problems.append(f"{entry['path']}: there is no schema of {entry['type']}")
        continue
    document = read(fixtures / entry["path"])
    errors = [f"{error.message} at {error.json_path}" for error in validator.iter_errors(document)]
    expect(not errors, f"{entry['path']}: {'; '.join(errors)}")
    for member in validator.schema.get("required", []):
        lacking = {name: value for name, value in document.items() if name != member}
        expect(not validator.is_valid(lacking), f"{entry['type']}: takes {entry['path']} without {member}")

expect(len(index) >= 4 and len(validators) >= 10, "hardly anything was looked at")
for problem in problems:
    print(problem)
print(f"{counted} checks, {len(validators)} schemas, {len(index)} fixtures, {len(problems)} problems")
sys.exit(1 if problems else 0)
