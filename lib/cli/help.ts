/** What --help prints. */
import { WASM_ISAS } from '../engines/engine';
import { NATIVE_ISAS } from '../engines/isas';
import { supportedFiles } from '../formats';

const ISAS = [...NATIVE_ISAS, ...WASM_ISAS].join(', ');

const NETWORK = `  --model <file>          a model or its folder: ${supportedFiles()}`;

const ARCHITECTURE = `  --architecture <name>   mobilenet_v1 or mobilenet_v2 with random weights, instead of --model
  --alpha <number>        its width multiplier (default 1)
  --size <pixels>         its input size (default 224)`;

const ENGINE = `  --backend <name>        auto, native or wasm (default auto: native where it can run)
  --isa <name>            one of ${ISAS}
                          (default: the best one here)
  --threads <n>           an upper bound, 1 to 64 (default: the number of big cores, 4 at most)
  --precision <name>      auto, float32, float16 (Raspberry Pi 5) or int8 (default auto)`;

const JSON_FLAG = '  --json                  one JSON value on stdout and nothing else';

const HELP = `Usage: mobilenet-edge <command> [options]

MobileNet v1 and v2 on edge CPUs.

Commands:
  classify <image...>     name what is in pictures
  summary                 list the layers of a network
  bench                   time the inference of a network
  inspect                 print what a model becomes: graph, simplified graph, program

  --help                  this text, or that of a command
  --version               print the version

Exit codes: 0 done, 1 failed, 2 wrong usage. NO_COLOR and FORCE_COLOR are honoured.`;

const CLASSIFY = `Usage: mobilenet-edge classify <image...> --model <file> [options]

Names what is in pictures (JPEG, PNG, BMP; with sharp installed also WebP, AVIF, GIF, TIFF).
An <image> is a file, a folder (read with its subfolders), a pattern in quotes such as 'photos/**/*.jpg',
or - for a picture on stdin.

${NETWORK}
  --labels <file>         class names, one per line (default: those inside the model or in a text file beside it)
  --labels-locale <tag>   their language, where the model has several (default en)
  --top <n>               how many classes to print (default 5)
  --threshold <number>    the least probability of a class that is printed, 0 to 1 (default 0)
  --allow <name>          print only this class; may be given several times
  --deny <name>           never print this class; may be given several times
${ENGINE}
  --crop <name>           stretch, center (the central 87.5 %) or cover (the central square)
  --resize <name>         bilinear, bilinear-align-corners or area
  --range <name>          -1..1, 0..1 or 0..255: what the model was trained on
${JSON_FLAG}
  --jsonl                 one line of JSON for each picture, as soon as it is answered

--crop, --resize and --range default to what the model's metadata says, else to center, bilinear and -1..1.

--json prints, times in milliseconds, a picture that failed having "error" instead of "classes":
  { "results": [{ "image": "cat.jpg",
                  "classes": [{ "className": "tabby", "probability": 0.9, "index": 282 }, ...],
                  "decodeMs": 5.1, "ms": 9.8 }, ...],
    "model": { "architecture": "mobilenet_v2", "alpha": 1, "backend": "native", "isa": "avx2", "loadMs": 60, ... } }`;

const SUMMARY = `Usage: mobilenet-edge summary (--model <file> | --architecture <name>) [--json]

Lists the layers of a network as they run: batch normalisation, padding and activations are parts of the layer before.

${NETWORK}
${ARCHITECTURE}
${JSON_FLAG}

--json prints { "architecture", "alpha", "inputShape", "inputType", "outputType", "classes", "parameters", "macs",
"format", "layers": [{ "name", "op", "shape", "kernel", "stride", "parameters", "macs" }, ...] }`;

const BENCH = `Usage: mobilenet-edge bench (--model <file> | --architecture <name>) [options]

Times the inference of a network on a tensor of noise; no picture is decoded.

${NETWORK}
${ARCHITECTURE}
${ENGINE}
  --runs <n>              measured runs, after the first and some more to warm up (default 50)
  --profile [file]        the time of each op beside what a core could do at best; with a .html or .svg file,
                          a chart too
${JSON_FLAG}

--json prints { "backend", "isa", "threads", "precision", "loadMs", "firstMs", "medianMs", "minMs", "rssMb", "macs",
"arenaBytes" }, with --profile also "profile": { "limitGmacs", "ms", "gmacs", "share", "ops": [{ "name", "layers", "op",
"shape", "macs", "ms", "gmacs", "share" }, ...] }: times in milliseconds, rssMb the peak resident memory of the process in MB (10^6 bytes).`;

const INSPECT = `Usage: mobilenet-edge inspect (<file> | --architecture <name>) [options]

Prints what a model becomes on its way to the engine: the graph of the file, the simplified one, and the program, a line per
node and per op. For whoever looks for a mistake; the text has no fixed form.

  <file>                  a model or its folder: ${supportedFiles()}
${ARCHITECTURE}
${ENGINE}`;

const COMMANDS: Record<string, string> = { classify: CLASSIFY, summary: SUMMARY, bench: BENCH, inspect: INSPECT };

export function helpText(command: string | undefined): string {
  return COMMANDS[command ?? ''] ?? HELP;
}
