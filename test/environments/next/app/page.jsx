'use client';
import { load, mobilenetV1 } from 'mobilenet-edge';
import { useEffect, useState } from 'react';

async function classify(thread) {
  const model = await load(mobilenetV1({ alpha: 0.25, inputSize: 32, classes: 3 }), { thread });
  const canvas = new OffscreenCanvas(40, 30);
  canvas.getContext('2d').fillRect(0, 0, 20, 30);
  const classes = await model.classify(canvas);
  model.close();
  return `${thread} ${classes.length}`;
}

export default function Page() {
  const [answer, setAnswer] = useState('');
  useEffect(() => {
    Promise.all([classify('worker'), classify('main')]).then(
      (answers) => setAnswer(answers.join(', ')),
      (error) => setAnswer(`${error.name} ${error.code}: ${error.message}`),
    );
  }, []);
  return <p id="answer">{answer}</p>;
}
