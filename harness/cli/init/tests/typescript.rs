//! Workers in TypeScript and JavaScript.

use insta::assert_snapshot;

use super::found;

const WORKER: &str = r"import { Worker } from '@temporalio/worker';
import { TASK_QUEUE } from './shared';

async function run() {
  // Worker.create({ taskQueue: 'not-this' })
  const worker = await Worker.create({
    connection,
    workflowsPath: require.resolve('./workflows'),
    activities: { ...payments, ...mails },
    taskQueue: TASK_QUEUE,
  });
  await worker.run();
}
";

const PACKAGE: &str = r#"{
  "name": "orders",
  "scripts": {
    "build": "tsc --build",
    "build.worker": "tsc",
    "start": "ts-node src/worker.ts",
    "start.watch": "nodemon src/worker.ts",
    "workflow": "ts-node src/client.ts"
  },
  "devDependencies": { "ts-node": "10" }
}
"#;

const SHARED: &str = "export const TASK_QUEUE: string = 'orders';\n";

const INDEX: &str = "export * from './order'\nexport { refund } from './refund'\n";
const ORDER: &str = "export async function order(id: string): Promise<string> { return id }\n";
const REFUND: &str =
    "export const refund = async (id: string, why: Why) => id;\nexport const limit = 1;\n";

fn files<'a>(package: &'a str, lock: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("package.json", package),
        (lock, ""),
        ("src/worker.ts", WORKER),
        ("src/shared.ts", SHARED),
        ("src/workflows/index.ts", INDEX),
        ("src/workflows/order.ts", ORDER),
        ("src/workflows/refund.ts", REFUND),
        ("lib/worker.js", WORKER),
    ]
}

#[test]
fn a_package_with_a_script_for_its_worker() {
    assert_snapshot!(found(&files(PACKAGE, "package-lock.json")), @r#"
    command: npm run start (package.json:6)
    queue: orders (src/worker.ts:6)
    type: order ["{{ name }}"] (src/workflows/order.ts:1)
    type: refund ["{{ name }}", {}] (src/workflows/refund.ts:1)
    "#);
    for (lock, command) in [
        ("pnpm-lock.yaml", "command: pnpm run start ("),
        ("yarn.lock", "command: yarn run start ("),
    ] {
        let found = found(&files(PACKAGE, lock));
        assert!(found.starts_with(command), "{found}");
    }
}

#[test]
fn a_script_that_runs_what_was_compiled_is_prepared() {
    let package = PACKAGE.replace("ts-node src/worker.ts", "node lib/worker.js");
    let found = found(&files(&package, "package-lock.json"));
    let command = "command: npm run start, after npm run build (package.json:6)\n";
    assert!(found.starts_with(command), "{found}");
}

#[test]
fn a_package_without_such_a_script() {
    for (tool, command) in [
        ("tsx", "command: npx tsx src/worker.ts (src/worker.ts:6)\n"),
        (
            "ts-node",
            "command: npx ts-node src/worker.ts (src/worker.ts:6)\n",
        ),
        ("vitest", "queue: "),
    ] {
        let package = format!("{{\"devDependencies\": {{\"{tool}\": \"1\"}}}}");
        let found = found(&files(&package, "package-lock.json"));
        assert!(found.starts_with(command), "{found}");
    }
}

#[test]
fn javascript_with_modules_and_a_project_below() {
    let worker = "import { Worker } from '@temporalio/worker';\n\
                  const taskQueue = process.env.QUEUE ?? 'orders';\n\
                  await Worker.create({ taskQueue, workflowsPath: \
                  fileURLToPath(new URL('./workflows.js', import.meta.url)) });\n";
    let files = [
        (
            "app/package.json",
            "{\"scripts\": {\"worker\": \"node worker.js\"}}",
        ),
        ("app/worker.js", worker),
        ("app/workflows.js", "export async function order() {}\n"),
    ];
    assert_snapshot!(found(&files), @"
    command: npm --prefix app run worker (app/package.json:1)
    queue: orders (app/worker.js:3)
    type: order [] (app/workflows.js:1)
    ");
}

#[test]
fn javascript_with_common_modules() {
    let worker = "const { Worker } = require('@temporalio/worker');\n\
                  Worker.create({ taskQueue: 'a,b', workflowsPath: require.resolve('./workflows') });\n";
    let workflows = "async function order(id) {}\nexports.refund = async function refund(id, reason) {};\n\
                     exports.LIMIT = 3;\nmodule.exports = { order, other: 1 };\n";
    let files = [
        (
            "package.json",
            "{\"scripts\": {\"worker\": \"node worker.js\"}}",
        ),
        ("worker.js", worker),
        ("workflows.js", workflows),
    ];
    assert_snapshot!(found(&files), @r#"
    command: npm run worker (package.json:1)
    queue: a,b (worker.js:2)
    type: refund ["{{ name }}", "{{ name }}"] (workflows.js:2)
    type: order ["{{ name }}"] (workflows.js:4)
    "#);
}
