require('./same.cjs')(require('mobilenet-edge')).then((answers) => console.log(JSON.stringify(answers)));
