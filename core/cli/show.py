"""Results as text for people, one function a verb; `--json` prints the same facts without these words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from core.cli.parser import Command
from core.cli.texts import duration, grouped, size, table, wrapped
from core.services.registry import Result


def show(command: Command, result: Result) -> str:
    """The text for standard output."""
    if command.verb == "verify":
        return wrapped(result.report.to_text())  # type: ignore[attr-defined]
    return _SHOWN[command.verb](result.to_json())


def stage_rows(seconds: dict[str, float]) -> list[tuple[str, str]]:
    """One row a stage, and their sum."""
    rows = [(STAGE_NAMES.get(name, name), duration(spent)) for name, spent in seconds.items()]
    return [*rows, ("together", duration(sum(seconds.values())))]


STAGE_NAMES = {
    "read": "read and check",
    "commit": "commit to each record",
    "store": "store",
    "open": "open the dataset",
    "prepare": "prepare the arithmetic",
    "split": "split",
    "train": "train",
    "validity": "prove validity",
    "bounded": "prove bounded",
    "optimum": "prove optimum",
    "bundle": "sign",
    "check": "check before release",
    "verify native": "verify, native",
    "verify reference": "verify, reference",
}


DONE_NAMES = {
    "iterate": "a part of the training",
    "trained": "the training",
    "validity.begun": "a part of the proof of validity",
    "validity": "the proof of validity",
    "bounded.begun": "a part of the proof of bounded values",
    "bounded": "the proof of bounded values",
    "model": "the commitment to the model",
    "optimum.begun": "a part of the proof of the optimum",
    "attestation": "the proof of the optimum",
    "check": "a part of the check",
}


def _infer_schema(value: dict[str, Any]) -> str:
    if value["output"] is None:
        return json.dumps(value["schema"], indent=2, ensure_ascii=False)
    columns = value["schema"]["columns"]
    rows = [("column", "role", "type", "range or levels", "if missing")]
    rows += [(column["name"], column["role"], column["type"], _range(column), _missing(column)) for column in columns]
    return (
        f"Proposed a schema for {len(columns)} columns; it is a proposal until you have read it.\n\n{table(rows)}\n\n"
        + "".join(f"  - {note}\n" for note in value["notes"])
        + ("\n" if value["notes"] else "")
        + f"The schema is in {value['output']}. It will be published in every bundle: check each name, role, range and "
        "level,\nand change what tells too much. Giving it to `proofward import` confirms it."
    )


def _range(column: dict[str, Any]) -> str:
    if column["range"] is not None:
        unit = f" {column['unit']}" if column["unit"] else ""
        return f"{column['range']['low']} to {column['range']['high']}{unit}"
    return ", ".join(level["name"] for level in column["levels"])


def _missing(column: dict[str, Any]) -> str:
    missing = column["missing"]
    if missing is None:
        return ""
    return "reject the row" if missing["policy"] == "reject" else f"use {missing['value']}"


def _preview(value: dict[str, Any]) -> str:
    return table([value["columns"], *value["rows"]])


def _import(value: dict[str, Any]) -> str:
    lines = []
    if value["continued"]:
        lines += [f"Continued an interrupted import, which had committed to {value['continued']} records.", ""]
    if value["restarted"]:
        lines += ["The table was changed since an earlier import of it was interrupted, so it was read anew.", ""]
    lines.append(f"Committed to {value['records']} records with {value['features']} features, one by one.")
    if value["consented"] < value["records"]:
        lines.append(f"{value['consented']} of them have consent; the others are committed, but not trained on.")
    if value["reused"]:
        lines.append(f"{value['reused']} of them are unchanged since an earlier import and kept their commitments.")
    if value["known"]:
        lines.append("This workspace has held exactly this dataset before; nothing changed.")
    lines += ["", table([("dataset", value["dataset_id"]), ("root", value["root"])])]
    if value["rejected"]:
        lines += ["", f"{value['rejected']} rows were not taken:"]
        lines.append(
            table([(f"line {item['line']}", item["column"] or "", item["reason"]) for item in value["rejects"][:20]])
        )
        if value["rejected"] > 20:
            lines.append(f"  ... and {value['rejected'] - 20} more (--json lists them all).")
    lines += ["", f"Next: proofward attest {value['dataset_id']} --out model.proofward"]
    return "\n".join(lines)


def _datasets(value: dict[str, Any]) -> str:
    rows = [(item["dataset_id"], item["name"], str(item["records"]), item["root"]) for item in value["datasets"]]
    return table([("dataset", "name", "records", "root"), *rows]) if rows else "This workspace has no dataset yet."


def _attest(value: dict[str, Any]) -> str:
    lines, numbers = [], value["numbers"]
    if value["continued"]:
        done = " and ".join(DONE_NAMES.get(part, part) for part in value["continued"])
        lines += [f"Continued an interrupted job, which had finished {done}.", ""]
    if value["key"]["new"]:
        lines += ["Made a signing key, because this workspace had none. Tell auditors its fingerprint:"]
        lines += [f"  {grouped(value['key']['fingerprint'])}", ""]
    lines += [
        f"Trained on {numbers['train_records']} records and proved it; every claim was checked before release.",
        f"The weights are within {numbers['distance']} of the optimum (proven), and within "
        f"{value['training']['gap_to_float_model']} of what torch found in floating point.",
    ]
    lines += ["", *_figures(value), ""]
    memory = value["memory"]
    if memory["peak"] is not None:
        allowed = "" if memory["limit"] is None else f", of {size(memory['limit'])} that it might take"
        lines += [f"It took {size(memory['peak'])} of memory at most{allowed}.", ""]
    if not value["key"]["new"]:
        lines.append(f"Signed by {value['key']['name']}, key {grouped(value['key']['fingerprint'])}")
    lines += [f"The bundle is {value['bundle']}", f"Next: proofward verify {value['bundle']}"]
    return "\n".join(lines)


def _figures(value: dict[str, Any]) -> list[str]:
    """Seconds by stage and sizes by part, as two tables."""
    sizes = [(name.replace("_", " "), size(count)) for name, count in value["sizes"].items()]
    return [table(stage_rows(value["seconds"]), figures=True), "", table(sizes, figures=True)]


def _announce(value: dict[str, Any]) -> str:
    rows = [("root of the dataset", value["root"]), ("digest of the plan", value["plan_digest"])]
    return (
        f"Nothing was trained. For the auditor to note, with the date, before drawing a nonce:\n\n{table(rows)}\n\n"
        f"Next, with the nonce: proofward attest {value['dataset_id']} --nonce HEX, and the same plan"
    )


def _jobs(value: dict[str, Any]) -> str:
    if not value["jobs"]:
        return "This workspace has no unfinished job."
    rows = [("job", "begun", "of", "to", "finished so far")]
    for job in value["jobs"]:
        arguments = job["arguments"]
        if not job["verb"]:
            rows.append((job["job_id"], job["created"], "?", "?", "damaged; it can only be discarded"))
            continue
        if job["verb"] == "import_dataset":
            source, target = arguments["path"], f"dataset “{arguments['name']}”"
            done = f"{job['records']} records" if job["records"] else "nothing yet"
        else:
            source, target = arguments["dataset"], arguments["output"]
            done = ", ".join(DONE_NAMES.get(part, part) for part in job["parts"]) or "nothing yet"
        state = f"{done} (running)" if job["running"] else done
        rows.append((job["job_id"], job["created"], str(source), str(target), state))
    return f"{table(rows)}\n\nTo go on: proofward resume JOB"


def _estimate(value: dict[str, Any]) -> str:
    memory, sizes = value["memory"], [(name.replace("_", " "), size(count)) for name, count in value["sizes"].items()]
    spare = "unknown" if memory["available"] is None else size(memory["available"])
    rows = [("memory needed", size(memory["peak"])), ("memory to spare", spare)]
    if memory["limit"] != memory["available"]:
        rows.append(("memory allowed", size(memory["limit"])))
    lines = [
        "Nothing was trained. On this machine, as busy as it is now, attesting "
        f"{value['records']} records with\n{value['features']} features would take about:",
        "",
        table(stage_rows(value["seconds"]), figures=True),
        "",
        table(rows, figures=True),
        "",
        table(sizes, figures=True),
    ]
    if value["range_proof_known"]:
        lines += ["", "The dataset's own proof is at hand from an earlier bundle and takes no time."]
    if memory["lean"] and memory["suffices"]:
        lines += ["", "It would keep less in memory than usual and take somewhat longer, so as to fit."]
    if memory["remedy"]:
        lines += ["", f"There is not enough memory for it. {memory['remedy']}"]
    return "\n".join(lines)


def _receipt(value: dict[str, Any]) -> str:
    kind = "with the record's values, for the patient alone" if value["opening"] else "without any value of the record"
    return (
        f"Wrote the receipt of record {value['record']} to {value['output']}, {kind}.\n"
        f"Whoever has the root {value['root']} can check it: proofward verify {value['output']}"
    )


def _keys(value: dict[str, Any]) -> str:
    if not value["keys"]:
        return "This workspace has no signing key yet; `proofward attest` makes one, or `proofward key new`."
    rows = [(grouped(key["fingerprint"]), key["name"], key["role"]) for key in value["keys"]]
    return table(rows, indent="")


def _new_key(value: dict[str, Any]) -> str:
    return f"Made a signing key for {value['name']}:\n  {grouped(value['fingerprint'])}"


def _export_key(value: dict[str, Any]) -> str:
    if value["output"] is None:
        return json.dumps(value["identity"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"Wrote the public identity of {grouped(value['fingerprint'])} to {value['output']}."


def _sample(value: dict[str, Any]) -> str:
    return (
        f"Wrote {value['rows']} synthetic records with {value['columns']} features to {value['output']}.\n"
        "They are made up: no patient has anything to do with them."
    )


def _demo(value: dict[str, Any]) -> str:
    dataset, numbers = value["dataset"], value["numbers"]
    lines = [
        f"Breast Cancer Wisconsin (Diagnostic): {dataset['records']} records, {dataset['features']} features.",
        f"Root of the committed records: {dataset['root']}",
        "",
        f"Trained on {numbers['train_records']} of them, {numbers['test_records']} held out; the weights are proven to "
        f"be within {numbers['distance']} of the optimum.",
        "",
    ]
    for backend, report in value["verified"].items():
        lines.append(f"Verified on the {backend} backend: {report['sentence']}")
        lines += [f"  {claim['status']:<9} {claim['title']}" for claim in report["claims"]]
    lines += ["", *_figures(value), ""]
    lines += [
        f"The bundle is {value['bundle']}",
        "Next:",
        f"  proofward verify {value['bundle']}            check it again, as an auditor would",
        f"  proofward app --auditor {value['bundle']}     look at it in the window",
        "  proofward schema infer TABLE.csv --outcome COLUMN -o schema.json     begin with a table of your own",
    ]
    return "\n".join(lines)


def _self_test(value: dict[str, Any]) -> str:
    return "\n".join([*(f"ok  {check}" for check in value["checks"]), "This installation works."])


_SHOWN: dict[str, Callable[[dict[str, Any]], str]] = {
    "infer_schema": _infer_schema,
    "preview": _preview,
    "import_dataset": _import,
    "list_datasets": _datasets,
    "attest": _attest,
    "announce": _announce,
    "estimate": _estimate,
    "estimate_size": _estimate,
    "resume": lambda value: _SHOWN[value["verb"]](value),
    "list_jobs": _jobs,
    "discard_job": lambda value: f"Forgot the unfinished job {value['job_id']} and all that it had finished.",
    "receipt": _receipt,
    "list_keys": _keys,
    "new_key": _new_key,
    "export_key": _export_key,
    "sample": _sample,
    "demo": _demo,
    "self_test": _self_test,
}
