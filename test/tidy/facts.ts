import { boundNames, children, isNode, lineFinder, parse, type Node } from './syntax.ts';

export interface Import {
  readonly from: string;
  readonly line: number;
  readonly typeOnly: boolean;
  /** Imported names; empty for `import 'x'`, `*` for a namespace. */
  readonly names: readonly string[];
}

export interface FunctionFact {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
  /** Positional parameters: `this` and a closing options object are not counted. */
  readonly parameters: number;
}

export interface Word {
  readonly text: string;
  readonly line: number;
  /** A `key` is an identifier that names an object's field: data, as a string is. */
  readonly kind: 'identifier' | 'key' | 'string';
}

/** What the rules ask of a source file, gathered in one walk over its syntax. */
export interface Facts {
  readonly error: string | undefined;
  readonly imports: readonly Import[];
  readonly functions: readonly FunctionFact[];
  /** Globals that are read, and their members: `fetch`, `Date.now`, `process.env`, `new Date()`. */
  readonly globals: readonly Word[];
  readonly words: readonly Word[];
  readonly comments: readonly { text: string; line: number; block: boolean }[];
  /** The default export's line, and its `name` or `type` where it is an object that has one. */
  readonly defaultExport: { line: number; name: string | undefined } | undefined;
}

export const factsOf = (path: string, text: string): Facts => {
  const { program, comments, error } = parse(path, text);
  const gatherer = new Gatherer(program, lineFinder(text));
  return {
    ...gatherer.facts(),
    error,
    comments: comments.map(({ type, value, start }) => ({
      text: value,
      line: gatherer.line(start),
      block: type === 'Block',
    })),
  };
};

const FUNCTIONS = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'];
/** TypeScript's nodes are types, save for these, which wrap an expression. */
const EXPRESSION_WRAPPERS = ['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression'];
const SOURCES = ['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration'];

interface Place {
  readonly parent: Node | undefined;
  readonly field: string;
  readonly inType: boolean;
}

class Gatherer {
  readonly line: (offset: number) => number;
  readonly #imports: Import[] = [];
  readonly #functions: FunctionFact[] = [];
  readonly #globals: Word[] = [];
  readonly #words: Word[] = [];
  readonly #bound = new Set<string>();
  #default: { line: number; node: Node } | undefined;
  readonly #program: Node;

  constructor(program: Node, line: (offset: number) => number) {
    this.#program = program;
    this.line = line;
    this.#visit(program, { parent: undefined, field: '', inType: false });
  }

  facts(): Omit<Facts, 'error' | 'comments'> {
    const isFree = ({ text }: Word): boolean =>
      !this.#bound.has(text.replace(/^new /, '').replace(/[.(].*$/s, ''));
    return {
      imports: this.#imports,
      functions: this.#functions,
      globals: this.#globals.filter(isFree),
      words: this.#words,
      defaultExport: this.#default && {
        line: this.#default.line,
        name: memberName(this.#default.node, this.#program),
      },
    };
  }

  #visit(node: Node, place: Place): void {
    if (SOURCES.includes(node.type) && isNode(node['source'])) this.#import(node);
    if (node.type === 'ImportExpression' || node.type === 'TSImportType') this.#importCall(node);
    if (FUNCTIONS.includes(node.type)) this.#function(node, place.parent);
    this.#bind(node);
    this.#exportDefault(node);
    this.#word(node, place);
    if (!place.inType) this.#global(node, place);
    const inType =
      place.inType || (node.type.startsWith('TS') && !EXPRESSION_WRAPPERS.includes(node.type));
    for (const [field, child] of children(node))
      this.#visit(child, { parent: node, field, inType });
  }

  #import(node: Node): void {
    const specifiers = (node['specifiers'] ?? []) as Node[];
    const kind = node.type === 'ImportDeclaration' ? 'importKind' : 'exportKind';
    this.#imports.push({
      from: (node['source'] as Node)['value'] as string,
      line: this.line(node.start),
      typeOnly:
        node[kind] === 'type' ||
        (specifiers.length > 0 && specifiers.every((each) => each[kind] === 'type')),
      names: specifiers.map((each) => nameOf(each['imported'] ?? each['local']) ?? '*'),
    });
  }

  #importCall(node: Node): void {
    const source = node['source'] ?? node['argument'];
    if (!isNode(source) || typeof source['value'] !== 'string') return;
    const typeOnly = node.type === 'TSImportType';
    this.#imports.push({
      from: source['value'],
      line: this.line(node.start),
      typeOnly,
      names: ['*'],
    });
  }

  #function(node: Node, parent: Node | undefined): void {
    const params = (node['params'] as Node[]).filter((each) => each['name'] !== 'this');
    const last = params.at(-1);
    const line = this.line(node.start);
    this.#functions.push({
      name: nameOf(node['id']) ?? nameOf(parent?.['id'] ?? parent?.['key']) ?? 'a function',
      line,
      lines: this.line(node.end) - line + 1,
      parameters: params.length - (last && isOptions(last) ? 1 : 0),
    });
    for (const param of params) for (const name of boundNames(param)) this.#bound.add(name);
  }

  #bind(node: Node): void {
    if (node.type === 'CatchClause') boundNames(node['param']).forEach((n) => this.#bound.add(n));
    const declares = node.type === 'VariableDeclarator' || node.type.endsWith('Declaration');
    if (declares) boundNames(node['id']).forEach((name) => this.#bound.add(name));
    if (/^Import(Default|Namespace)?Specifier$/.test(node.type))
      boundNames(node['local']).forEach((name) => this.#bound.add(name));
  }

  #exportDefault(node: Node): void {
    const specified = node.type === 'ExportSpecifier' && nameOf(node['exported']) === 'default';
    if (node.type !== 'ExportDefaultDeclaration' && !specified) return;
    const exported = specified ? node['local'] : node['declaration'];
    if (isNode(exported)) this.#default = { line: this.line(node.start), node: exported };
  }

  #word(node: Node, { parent, field }: Place): void {
    if (field === 'source' || parent?.type === 'ImportSpecifier') return;
    const line = this.line(node.start);
    if (node.type === 'Identifier' || node.type === 'PrivateIdentifier') {
      const kind = parent?.type === 'Property' && field === 'key' ? 'key' : 'identifier';
      this.#words.push({ text: node['name'] as string, line, kind });
    } else if (node.type === 'Literal' && typeof node['value'] === 'string')
      this.#words.push({ text: node['value'], line, kind: 'string' });
    else if (node.type === 'TemplateElement') {
      const { raw } = node['value'] as { raw: string };
      this.#words.push({ text: raw, line, kind: 'string' });
    }
  }

  #global(node: Node, { parent, field }: Place): void {
    const line = this.line(node.start);
    const add = (text: string): void => {
      this.#globals.push({ text, line, kind: 'identifier' });
    };
    if (node.type === 'NewExpression' && (node['arguments'] as Node[]).length === 0) {
      if (nameOf(node['callee']) === 'Date') add('new Date()');
    } else if (node.type === 'MemberExpression' && !node['computed']) {
      const object = nameOf(node['object']);
      const property = nameOf(node['property']);
      if (object && property) add(object === 'globalThis' ? property : `${object}.${property}`);
    } else if (node.type === 'Identifier' && !isLabel(parent, field)) add(node['name'] as string);
  }
}

/** Whether an identifier in this field only names a member: `a.fetch`, `{ fetch: 1 }`. */
const isLabel = (parent: Node | undefined, field: string): boolean =>
  (field === 'property' && !parent?.['computed']) ||
  (field === 'key' && !parent?.['computed'] && !parent?.['shorthand']);

const nameOf = (value: unknown): string | undefined => {
  if (!isNode(value)) return undefined;
  const name = value['name'] ?? value['value'];
  return typeof name === 'string' ? name : undefined;
};

const isOptions = (param: Node): boolean => {
  const pattern = (param.type === 'AssignmentPattern' ? param['left'] : param) as Node;
  const type = (pattern['typeAnnotation'] as Node | undefined)?.['typeAnnotation'];
  return (
    pattern.type === 'ObjectPattern' ||
    /options$/i.test((pattern['name'] as string | undefined) ?? '') ||
    (isNode(type) && type.type === 'TSTypeLiteral')
  );
};

/**
 * The name in a member's default export: `{ name }`, `{ type }`, `define({ name })` or
 * `define('name')`, through casts and constants.
 */
const memberName = (node: Node, program: Node): string | undefined => {
  if (node.type === 'Literal') return nameOf(node);
  if (EXPRESSION_WRAPPERS.includes(node.type))
    return memberName(node['expression'] as Node, program);
  if (node.type === 'CallExpression') {
    const [first] = node['arguments'] as Node[];
    return first && memberName(first, program);
  }
  if (node.type === 'Identifier') {
    const value = constant(node['name'] as string, program);
    return value && memberName(value, program);
  }
  if (node.type !== 'ObjectExpression') return undefined;
  const named = (node['properties'] as Node[]).find((each) =>
    ['name', 'type'].includes(nameOf(each['key']) ?? ''),
  );
  return isNode(named?.['value']) && named['value'].type === 'Literal'
    ? nameOf(named['value'])
    : undefined;
};

/** The value of a top-level `const`. */
const constant = (name: string, program: Node): Node | undefined => {
  for (const statement of program['body'] as Node[]) {
    const declaration = (statement['declaration'] ?? statement) as Node;
    if (declaration.type !== 'VariableDeclaration') continue;
    for (const declarator of declaration['declarations'] as Node[])
      if (nameOf(declarator['id']) === name && isNode(declarator['init']))
        return declarator['init'];
  }
  return undefined;
};
