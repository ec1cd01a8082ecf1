require('./answer.cjs')(require('mobilenet-edge')).then(console.log);
