/** Without settings, or as docs/environments.md says for a deployed server. */
export default process.env.STANDALONE ? { output: 'standalone', serverExternalPackages: ['mobilenet-edge'] } : {};
