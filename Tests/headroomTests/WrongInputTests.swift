import Foundation
import TestSupport
import Testing

@Suite("Wrong input on the command line")
struct WrongInputTests {
    /// What is wrong, the arguments, the exit code, and what the line must name. `@` stands for an empty folder.
    private static let cases: [(String, [String], Int32, String)] = [
        ("an unknown GPU", plan(gpu: "h1000"), 64, "h100-sxm"),
        ("an unknown model to plan for", plan(model: "llama-9"), 64, "llama-2-13b"),
        ("an unknown policy", plan() + ["--policy", "lru"], 64, "h2o:heavy"),
        ("a word that is no policy", ["evaluate", "--policy", "lru"], 64, "h2o:heavy"),
        ("a count out of range", ["generate", "--prompt", "a", "--max-new-tokens", "9000000000"], 64, "1000000"),
        ("an option that is none", ["evaluate", "--pace", "9"], 64, "--pace"),
        ("a model that is no folder", ["evaluate", "--model", "nowhere"], 1, "default-base"),
        ("a folder without a model", ["evaluate", "--model", "@"], 1, "config.json"),
        ("a folder without prompts", ["evaluate", "--prompts", "@"], 1, ".txt"),
        ("a missing prompt", ["evaluate", "--prompts", "@/none.txt"], 1, "none.txt"),
        ("a trace that is none", ["inspect", "@/none.hrt"], 1, "none.hrt"),
        ("an output in no folder", ["record", "--output", "@/a/b.hrt"], 1, "b.hrt"),
        ("evictions on a DMC model", ["evaluate", "--policy", "tova:slots=9"], 1, "tova:slots=9"),
        ("dmc on a plain model", ["evaluate", "--model", "default-base", "--policy", "dmc"], 1, "dmc_window_size"),
        ("a workload that is none", simulate(["--workload", "@/none.csv"]), 1, "none.csv"),
        (
            "requests written over their workload",
            simulate(["--workload", "@/w.csv", "--requests-csv", "@/./w.csv", "--force"]), 64, "--requests-csv"
        ),
        ("requests written over what is there", simulate(random() + ["--requests-csv", "@"]), 1, "exists already"),
        ("neither workload nor rate", simulate([]), 64, "--workload"),
        ("a rate of nothing", simulate(random(rate: "0")), 64, "--rate"),
        ("a rate that is negative", simulate(random(rate: "-1")), 64, "--rate: expected 0.000001 to 1000000"),
        ("a rate of next to nothing", simulate(random(rate: "1e-30")), 64, "expected 0.000001 to 1000000"),
        (
            "a seed that is negative", simulate(random() + ["--seed", "-1"]), 64,
            "The value '-1' is invalid for '--seed"
        ),
        ("a memory without a unit", simulate(random() + ["--gpu-memory", "24"]), 64, "expected 1 MiB to 1 PiB"),
        ("a memory that is none", plan() + ["--gpu-memory", "24GX"], 64, "such as 24GiB or 8GB, found '24GX'"),
        ("a memory below nothing", plan() + ["--context-memory", "-1GiB"], 64, "found '-1GiB'"),
        ("tables that heads do not share", plan() + ["--tables", "foo"], 64, "'shared'"),
        ("a placement that is none", plan() + ["--placement", "best"], 64, "'balanced'"),
        ("an allocation that is none", plan() + ["--allocation", "later"], 64, "'ahead'"),
        ("a page that is no number", plan() + ["--page", "16,abc"], 64, "expected whole numbers from 1 to 256"),
        ("tokens below nothing", plan() + ["--prompt-tokens", "-5"], 64, "prompt tokens: expected 1 to"),
        ("too many replicas", simulate(random() + ["--replicas", "100000"]), 64, "4096"),
        ("a limit of no time", simulate(random() + ["--slo-ttft", "0"]), 64, "TTFT"),
        ("no lengths to simulate", simulate(random() + ["--policy", "dmc"]), 64, "trace"),
        ("a page out of range", plan() + ["--page", "257"], 64, "1 to 256"),
        ("bits that no cache has", plan() + ["--policy", "kv:7"], 64, "kv:W"),
        ("shares over the whole", ["evaluate", "--policy", "h2o:heavy=0.7,recent=0.7"], 64, "at most 1.0 together"),
        ("shares over the whole in a plan", plan() + ["--policy", "tova:slots=1.1"], 64, "at most 1.0"),
        ("a budget of nothing", ["evaluate", "--policy", "h2o:heavy=0,recent=0"], 64, "at least 1 slot"),
        ("no budget to compare", ["compare", "--budget", "0"], 64, "1 to 4294967296 tokens"),
        ("a share of nothing", ["compare", "--budget", "25%,0%"], 64, "above 0 %"),
        ("a negative budget", ["compare", "--budget=-25%"], 64, "above 0 %"),
        ("a budget over the whole", ["compare", "--budget", "101%"], 64, "at most 100 %"),
        ("bytes over the whole", ["compare", "--budget", "4GiB"], 64, "at most the 3355443200 bytes"),
        ("a negative budget apart from its option", ["compare", "--budget", "-25%"], 64, "above 0 %"),
        ("a budget in hexadecimal", ["compare", "--budget", "0x10%"], 64, "above 0 %"),
        ("a model without a plain one", ["compare", "--model", "default", "--traces", "@/t"], 1, "policy full"),
        ("a batch for what was run", ["compare", "--trace", "@/a.hrt", "--batch", "2"], 64, "excludes --batch"),
        ("a mode twice", ["compare", "--prefill", "online,online"], 64, "every mode once, found online twice"),
        ("a negative seed", ["compare", "--seed", "-1"], 64, "'-1' is invalid for '--seed"),
        (
            "a model that is nowhere", ["compare", "--model", "defalt-base"], 64,
            "default, default-base, default-gqa to run"
        ),
        ("bits of the cache as a policy", ["evaluate", "--policy", "kv:8"], 64, "plans take kv:8"),
        ("a budget that is missing", ["compare", "--budget", "50%,"], 64, "budget '': expected a share"),
        ("a budget twice", ["compare", "--budget", "50%,50.0%"], 64, "every budget once"),
        ("a model twice", ["compare", "--model", "default", "default"], 64, "every model once"),
        ("an output of no name", ["compare", "--output", ""], 64, "--output: expected a path"),
        ("a shard that is none", ["record", "--output", "@/a.hrt", "--shard", "2/2"], 64, "expected I/N"),
        ("grouped heads as a policy", ["evaluate", "--policy", "gqa:2"], 64, "convert --gqa K"),
        (
            "a form that is not offered", ["merge", "@/a.hrt", "--output", "@/b.hrt", "--format", "csv"], 64,
            "'text' and 'json'"
        ),
        (
            "a budget for what was run", ["compare", "--trace", "@/a.hrt", "--budget", "9"], 64,
            "--trace excludes --budget"
        ),
        ("a trace to compare that is none", ["compare", "--trace", "@/a.hrt"], 1, "a.hrt"),
        ("decisions that are none", ["import", "@/a.jsonl", "--output", "@/a.hrt"], 1, "a.jsonl"),
        ("a head that is none", ["compare", "--head", "3", "--output", "@/r"], 64, "expected L,H"),
        ("a head that nothing shows", ["compare", "--head", "3,1"], 64, "--output"),
        ("a head that the model lacks", ["compare", "--head", "6,0", "--output", "@/r"], 64, "a layer below 6"),
        (
            "a rest to feed and tokens to generate",
            ["record", "--given", "50%", "--max-new-tokens", "3", "--output", "@/a.hrt"], 64, "--given"
        ),
        ("a table that is no CSV", ["inspect", "@/a.hrt", "--table", "heads"], 64, "expected --format csv"),
        ("kept after no tokens", ["inspect", "@/a.hrt", "--kept", "0"], 64, "--kept"),
        (
            "decisions in a table of heads",
            ["inspect", "@/a.hrt", "--decisions", "--format", "csv", "--table", "heads"], 64, "--table prompts"
        ),
        (
            "heads that do not divide", ["convert", "--from", "default-base", "--to", "@/a", "--gqa", "3"], 1,
            "default-base: expected fewer KV heads that divide its 8: 1, 2, 4, found 3"
        ),
        ("shards that are none", ["merge", "@/a.hrt", "--output", "@/b.hrt"], 1, "a.hrt"),
        ("measurements that are none", ["calibrate", "--measurements", "@/a.csv", "--gpu", "h100"], 1, "a.csv"),
        ("measurements of no GPU", ["calibrate", "--measurements", "@/a.csv"], 64, "--gpu"),
        ("rows to validate that are none", ["plan", "--validate", "@/a.csv", "--gpu", "h100"], 1, "a.csv"),
        ("an engine that nobody measured", plan(gpu: "h100") + ["--engine", "SGLang"], 64, "TensorRT-LLM"),
        (
            "an engine that no GPU has, and no GPU named",
            [
                "plan", "--model", "llama-2-7b", "--prompt-tokens", "100", "--new-tokens", "10", "--for-batch", "4",
                "--engine", "SGLang",
            ], 64, "TensorRT-LLM"
        ),
        ("a plan without a model", ["plan", "--gpu", "h100"], 64, "--model"),
        (
            "two conversions at once",
            ["convert", "--from", "default", "--to", "@/a", "--gqa", "2", "--weights", "int8"], 64, "--gqa"
        ),
        ("weights of no known kind", ["convert", "--from", "default", "--to", "@/a", "--weights", "int3"], 64, "int8"),
        ("a memory size that is none", ["evaluate", "--weight-memory", "much"], 64, "--weight-memory"),
        ("a loop at a rate", simulate(random() + ["--clients", "4"]), 64, "--clients excludes"),
        ("a spread over the whole", simulate(random() + ["--spread", "1"]), 64, "below 1"),
        ("several pages to simulate", simulate(random() + ["--page", "16,32"]), 64, "one value"),
        ("rows that are listed and measured", ["bench", "--list", "--full"], 64, "--list excludes --full"),
        ("rounds of a list", ["bench", "--list", "--rounds", "3"], 64, "--list excludes --rounds"),
        ("a list beside a file", ["bench", "--list", "--against", "@/a.json"], 64, "--list excludes --against"),
        ("a list of another program", ["bench", "--list", "--beside", "cat"], 64, "--list excludes --beside"),
        ("all rows of another program", ["bench", "--full", "--beside", "cat"], 64, "--beside excludes --full"),
        ("no other program", ["bench", "--beside", " "], 64, "--beside: expected a command"),
        ("an empty part of a row's name", ["bench", "--only", ""], 64, "--only: expected a part of a row's name"),
        ("a row that there is not", ["bench", "--only", "decode/300b"], 64, "found none with it"),
        ("a row that is not measured", ["bench", "--only", "110m/int8"], 64, "expected --full"),
        ("an earlier run that is none", ["bench", "--against", "@/a.json"], 1, "a.json"),
        ("no trace and no ratio", plan(lengths: ["--policy", "dmc"]), 64, "trace"),
    ]

    private static func plan(
        model: String = "llama-2-7b", gpu: String = "l40s", lengths: [String] = ["--ratio", "4"]
    ) -> [String] {
        ["plan", "--model", model, "--gpu", gpu, "--prompt-tokens", "100", "--new-tokens", "10"] + lengths
    }

    private static func simulate(_ options: [String]) -> [String] {
        ["simulate", "--model", "llama-2-7b", "--gpu", "a100-80gb"] + options
    }

    private static func random(rate: String = "1") -> [String] {
        ["--rate", rate, "--prompt-tokens", "10", "--new-tokens", "10"]
    }

    @Test("Where standard error takes nothing, commands end as they do where it does")
    func noStandardError() throws {
        let wrong = try CommandRun(["evaluate", "--policy", "lru"], errorsTo: "/dev/full")
        #expect(wrong.exitCode == 64)
        let right = try CommandRun(["list", "gpus"], errorsTo: "/dev/full")
        #expect(right.exitCode == 0 && right.output.contains("h100-sxm"))
    }

    @Test("One line says what is wrong, and the exit code says whose fault it is", arguments: cases.indices)
    func wrong(index: Int) throws {
        let (name, arguments, code, named) = Self.cases[index]
        let folder = try TemporaryFolder()
        let run = try CommandRun(arguments.map { $0.replacingOccurrences(of: "@", with: folder.path) })
        #expect(run.exitCode == code, "\(name): \(run.errors)")
        #expect(run.errors.contains(named), "\(name): \(run.errors)")
        #expect(run.errors.hasPrefix("Error: "), "\(name)")
        #expect(run.errors.split(separator: "\n").count == 1, "\(name): \(run.errors)")
        #expect(run.output.isEmpty, "\(name)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty, "\(name)")
    }

    @Test("A kernel set that there is not is refused by name, and no other one taken for it")
    func kernelSet() throws {
        let run = try CommandRun(["list", "policies"], environment: ["HEADROOM_KERNELS": "plian"])
        #expect(run.exitCode == 64 && run.output.isEmpty)
        #expect(run.errors.hasPrefix("Error: HEADROOM_KERNELS") && run.errors.contains("found plian"), "\(run.errors)")
    }
}
