export default ({ ask }) => [
  {
    name: 'Vue 3, ref() and reactive() of a Model: classify, predict, embed',
    promise: '3 3 256',
    answer: () => ask('use_vue.mjs'),
  },
];
