import { cpSync } from 'node:fs';
import { join } from 'node:path';

export default ({ folder, run, serve, pageText, WORKS, SAYS_EXTERNAL }) => {
  const text = async (url) => (await fetch(url)).text();
  let server;
  return [
    {
      name: "Next.js 16, no settings: 'use client' page in Chromium",
      promise: 'worker cat dog koala, main cat dog koala',
      async answer() {
        run('npx', ['next', 'build']);
        server = await serve(join(folder, 'node_modules', 'next', 'dist', 'bin', 'next'), ['start']);
        return pageText(server.url, '#answer');
      },
    },
    {
      name: 'Next.js 16, no settings: route handler',
      promise: SAYS_EXTERNAL,
      async answer() {
        try {
          return await text(`${server.url}answers`);
        } finally {
          await server.close();
        }
      },
    },
    {
      name: 'Next.js 16, standalone with serverExternalPackages: route handler',
      promise: WORKS,
      async answer() {
        run('npx', ['next', 'build'], { STANDALONE: '1' });
        // Where nothing but what Next.js has copied can be found.
        cpSync(join(folder, '.next', 'standalone'), join(folder, '..', 'standalone'), { recursive: true });
        const deployed = await serve(join(folder, '..', 'standalone', 'server.js'));
        try {
          return await text(`${deployed.url}answers`);
        } finally {
          await deployed.close();
        }
      },
    },
  ];
};
