import tseslint from 'typescript-eslint';

const nodeBuiltins = ['node:*', 'fs', 'path', 'crypto', 'os', 'child_process', 'http', 'https', 'net'];

const swallowed = [
  {
    selector: 'CatchClause > BlockStatement[body.length=0]',
    message: 'An empty catch would swallow a cancellation: let it through.',
  },
];

/** The rules of journeys and watches: a run that has ended throws, and whoever holds that back goes on for nothing. */
const straightLine = [
  {
    selector: 'CatchClause:not(:has(ThrowStatement))',
    message: 'This would swallow the end of the run: leave the try out, or throw the error on.',
  },
  {
    selector: 'CallExpression[callee.property.name="catch"], CallExpression[callee.property.name="then"]',
    message: 'A rule is one straight line: await what it asks for, and let the end of the run through.',
  },
  {
    selector: 'CallExpression[callee.object.name="Promise"][callee.property.name=/^(race|any|allSettled)$/]',
    message:
      'What loses the race goes on waiting: use until() with a span, which waits for an event or the time.',
  },
  {
    selector: 'CallExpression[callee.object.name="Math"][callee.property.name="random"]',
    message: 'Chance is drawn once and for ever: declare `splits` and ask split().',
  },
  {
    selector:
      'CallExpression[callee.name=/^(setTimeout|setInterval|setImmediate)$/], CallExpression[callee.object.name="Date"][callee.property.name="now"], NewExpression[callee.name="Date"][arguments.length=0]',
    message: "Time is the run's: wait(), quiet() or until(), and the times that it is told.",
  },
];

/** Every rule here has cost somebody a night; the ones switched off say why. */
export default tseslint.config(
  { ignores: ['node_modules', 'dist', '.kairos', 'src/db/migrations', 'api/push'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js', 'src/bin/*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      // A function may promise to be asynchronous without awaiting today: interfaces demand it.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['test/**', 'bench/**'],
    rules: {
      // A describe block is a list of cases, not a function that somebody has to follow.
      'max-lines-per-function': 'off',
      'max-lines': ['error', { max: 600 }],
      // What a test reads from the database is compared with what is expected, not trusted.
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['workflows/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: nodeBuiltins, message: 'Workflows run in a sandbox: put it into an activity.' },
          ],
        },
      ],
      'no-restricted-syntax': ['error', ...swallowed],
    },
  },
  {
    files: ['workflows/journeys/**', 'workflows/watches/**'],
    rules: {
      'no-restricted-syntax': ['error', ...straightLine],
      // Whoever silences the compiler here is told by nobody before a run fails.
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
    },
  },
  { files: ['**/*.js', '**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
);
