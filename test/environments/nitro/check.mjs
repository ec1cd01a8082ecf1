import { join } from 'node:path';

export default ({ folder, run, serve, WORKS }) => [
  {
    name: 'Nitro (nitropack 2), node-server',
    promise: WORKS,
    async answer() {
      run('npx', ['nitropack', 'build']);
      const server = await serve(join(folder, '.output', 'server', 'index.mjs'));
      try {
        return await (await fetch(server.url)).text();
      } finally {
        await server.close();
      }
    },
  },
];
