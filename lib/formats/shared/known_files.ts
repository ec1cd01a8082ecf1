/**
 * Files that people give as models (or as labels, or weights) and that are something else: what each is and what helps.
 * Told by content, never by name.
 */
import { pictureFormat } from '../../image/format';

export interface KnownFile {
  /** As in "this is ...". */
  what: string;
  /** As in "...: do this". */
  remedy: string;
  /** 'other': not the file that was meant. 'model': one in a format that is not read. 'archive' and 'zip': what was meant may be inside. */
  kind: 'other' | 'model' | 'archive' | 'zip';
}

/** How many of a file's first bytes are looked at. */
export const HEAD_LENGTH = 512;

/** `head` is the begin of a file, one character a byte. */
type Test = (head: string) => boolean;

const begins =
  (...magics: string[]): Test =>
  (head) =>
    magics.some((magic) => head.startsWith(magic));

/** Text that begins so, whatever its case, after spaces and a byte order mark. */
const beginsText =
  (...words: string[]): Test =>
  (head) => {
    const text = head.replace('\xef\xbb\xbf', '').trimStart().toLowerCase();
    return words.some((word) => text.startsWith(word));
  };

/** safetensors: the length of a JSON header in 8 bytes, then the header. */
const isSafetensors: Test = (head) => head.startsWith('\0\0\0\0{', 4) && head.length > 9;

/** ONNX is a protobuf: ir_version (field 1, 3 and up in practice), then one of fields 2 to 8. */
const isOnnx: Test = (head) =>
  head[0] === '\b' && head[1] >= '\x03' && head[1] < ' ' && '\x12\x1a"(2:B'.includes(head[2]);

/** A frozen TensorFlow graph is a protobuf of nodes: a name, then an operation. */
const isGraphDef: Test = (head) => head[0] === '\n' && GRAPH_NODES.some((node) => head.includes(node));
const GRAPH_NODES = ['\x12\x0bPlaceholder', '\x12\x05Const'];

const TO_TFLITE = 'to .tflite with tf.lite.TFLiteConverter';
const AGAIN = 'download the file itself';
const UNPACK = 'unpack it first, and give the .tflite file or the model.json that is inside';
const FROM_TORCH = 'export the original model to .tflite (litert-torch does so from PyTorch)';

const FILES: readonly [Test, kind: KnownFile['kind'], what: string, remedy: string][] = [
  [
    begins('version https://git-lfs', 'version https://hawser'),
    'other',
    'a Git LFS pointer, not the file it stands for',
    `run "git lfs pull" in its repository, or ${AGAIN}`,
  ],
  [begins('/annex/objects/'), 'other', 'a git-annex pointer, not the file it stands for', 'run "git annex get" on it'],
  [
    beginsText('<!doctype html', '<html', '<head', '<body', '<script'),
    'other',
    'an HTML page, as sites send in place of a file',
    `a download may have failed or need a login, or its link may lead to a page about the file: ${AGAIN} (on GitHub the raw one)`,
  ],
  [
    beginsText('<?xml', '<error>', '<!doctype', '<svg'),
    'other',
    'an XML document, as storage servers send in place of a file that is missing or private',
    `check the link, and ${AGAIN}`,
  ],
  [begins('%PDF-'), 'other', 'a PDF document', 'give the model'],
  [begins('\x7fELF', 'MZ\x90\0'), 'other', 'a program (as an Edge Impulse .eim)', 'export the .tflite file instead'],
  [begins('\0asm'), 'other', 'a WebAssembly module', 'give the model'],
  [begins('\x1f\x8b'), 'archive', 'a gzip archive', UNPACK],
  [begins('PK\x03\x04', 'PK\x05\x06'), 'zip', 'a zip archive', UNPACK],
  [begins("7z\xbc\xaf'\x1c"), 'archive', 'a 7z archive', UNPACK],
  [begins('Rar!\x1a\x07'), 'archive', 'a RAR archive', UNPACK],
  [begins('\xfd7zXZ\0'), 'archive', 'an xz archive', UNPACK],
  [(head) => head.startsWith('BZh') && head.startsWith('1AY&SY', 4), 'archive', 'a bzip2 archive', UNPACK],
  [begins('(\xb5/\xfd'), 'archive', 'a zstd archive', UNPACK],
  [(head) => head.startsWith('ustar', 257), 'archive', 'a tar archive', UNPACK],
  [
    begins('\x89HDF\r\n\x1a\n'),
    'model',
    'an HDF5 file (a Keras .h5 model)',
    `convert it ${TO_TFLITE}.from_keras_model, or, from Teachable Machine, export it there as TensorFlow Lite or TensorFlow.js`,
  ],
  [begins('\x08\x01\x12'), 'model', 'a TensorFlow SavedModel', `convert its folder ${TO_TFLITE}.from_saved_model`],
  [
    isGraphDef,
    'model',
    'a frozen TensorFlow graph',
    'convert it with tf.compat.v1.lite.TFLiteConverter.from_frozen_graph',
  ],
  [isOnnx, 'model', 'an ONNX model', FROM_TORCH],
  [begins('\x80\x02', '\x80\x03', '\x80\x04', '\x80\x05'), 'model', 'a pickle (a PyTorch .pt model)', FROM_TORCH],
  [isSafetensors, 'model', 'a safetensors file: weights without their network', FROM_TORCH],
  [begins('GGUF\x02\0', 'GGUF\x03\0'), 'model', 'a GGUF file', 'give a model that classifies pictures'],
  [begins('\x93NUMPY'), 'other', 'a NumPy array', 'give the model'],
];

/** What begins as no text does: these are told from labels too. */
export function knownFile(bytes: Uint8Array): KnownFile | undefined {
  const head = latin1(bytes);
  const found = FILES.find(([test]) => test(head));
  if (found) return { kind: found[1], what: found[2], remedy: found[3] };
  const picture = pictureFormat(bytes);
  // 'BM' may be the begin of a text.
  return picture && picture !== 'BMP' ? aPicture(picture) : undefined;
}

/** As knownFile, for what should be a model and may therefore be no text either. */
export function knownAsModel(bytes: Uint8Array): KnownFile | undefined {
  const known = knownFile(bytes);
  if (known) return known;
  const picture = pictureFormat(bytes);
  if (picture) return aPicture(picture);
  const head = latin1(bytes);
  return isText(bytes) ? aText(head) : undefined;
}

function aPicture(format: string): KnownFile {
  return { kind: 'other', what: `a ${format} picture`, remedy: 'give the model here, and pictures to classify()' };
}

function aText(head: string): KnownFile {
  if (/\bunsigned char\b|\buint8_t\b/.test(head)) {
    const remedy = 'give the .tflite file that it was made from ("xxd -r -p" turns the numbers back into one)';
    return { kind: 'other', what: 'C source, perhaps of a model as an array', remedy };
  }
  if (head.startsWith('7767517\n')) {
    return { kind: 'model', what: 'an ncnn model', remedy: 'give the .tflite file or model that it was made from' };
  }
  return { kind: 'other', what: 'a text file', remedy: 'give the model here, and labels in the option labels' };
}

/** Whether a file begins with UTF-8 that has no control characters but those of text. */
function isText(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes.subarray(0, HEAD_LENGTH));
  // The end of the head may be in the middle of a character.
  return text !== '' && !text.slice(0, -1).includes('\ufffd') && /^[\t\n\r\P{Cc}]*$/u.test(text);
}

/** The begin of a file, one character a byte. */
export function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, HEAD_LENGTH));
}

/** What a folder with files of these names is. */
export function knownFolder(names: readonly string[]): KnownFile | undefined {
  if (!names.includes('saved_model.pb')) return undefined;
  const remedy = `convert it ${TO_TFLITE}.from_saved_model`;
  return { kind: 'model', what: 'a TensorFlow SavedModel', remedy };
}

/** What a zip archive with files of these names is. */
export function knownArchive(names: readonly string[]): KnownFile {
  const ending = (...ends: string[]) => names.find((name) => ends.some((end) => name.endsWith(end)));
  if (ending('model.weights.h5')) {
    const remedy = `convert it ${TO_TFLITE}.from_keras_model`;
    return { kind: 'model', what: 'a Keras .keras model', remedy };
  }
  if (ending('data.pkl')) return { kind: 'model', what: 'a PyTorch .pt model', remedy: FROM_TORCH };
  const inside = ending('.tflite', '.lite') ?? ending('model.json');
  if (inside) {
    const whole = inside.endsWith('.json') ? ' with the files beside it' : '';
    return {
      kind: 'archive',
      what: `a zip archive with ${inside} inside`,
      remedy: `unpack it first, and give ${inside}${whole}`,
    };
  }
  const other = ending('saved_model.pb', '.h5', '.keras', '.onnx');
  if (other) {
    const remedy = `convert that ${TO_TFLITE} first, and give the .tflite file`;
    return { kind: 'archive', what: `a zip archive with ${other} inside`, remedy };
  }
  const remedy = `${UNPACK} (Keras' .keras and PyTorch's .pt are zip archives too: they must be converted to .tflite)`;
  return { kind: 'archive', what: 'a zip archive', remedy };
}
