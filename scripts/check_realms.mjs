// Refuses `instanceof` of JavaScript's, the web's and Node's own classes in lib: values of another realm (jest, vitest's
// vmThreads, Node's vm, an iframe) are instances of other classes of the same name. lib/bytes.ts has what tells by tag.
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
const program = ts.createProgram(fileNames, options);
const checker = program.getTypeChecker();

/** Whether it is a class that one of our files declares; by its type, so that an alias does not hide a built-in. */
function isOurs(right) {
  const declaration = checker.getTypeAtLocation(right).symbol?.valueDeclaration;
  return ts.isClassDeclaration(declaration ?? right) && fileNames.includes(declaration.getSourceFile().fileName);
}

const refused = [];
function visit(node) {
  if (
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword &&
    !isOurs(node.right)
  ) {
    const file = node.getSourceFile();
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    refused.push(`${relative(root, file.fileName)}:${line + 1}: ${node.getText()}`);
  }
  ts.forEachChild(node, visit);
}
for (const name of fileNames) visit(program.getSourceFile(name));

for (const place of refused) console.error(`${place}: fails for values of another realm, use lib/bytes.ts`);
process.exitCode = refused.length > 0 ? 1 : 0;
