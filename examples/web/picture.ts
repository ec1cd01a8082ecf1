/** What is looked at: a still picture on the canvas, or the camera. */
import { button, element } from './elements';

const canvas = element('view', HTMLCanvasElement);
const video = element('camera', HTMLVideoElement);
const hint = element('drop-hint', HTMLParagraphElement);
const webcam = button('webcam');

let hasPicture = false;

/** The element to classify, if there is anything to see. */
export function currentPicture(): HTMLCanvasElement | HTMLVideoElement | undefined {
  if (isLive()) return video.readyState >= 2 ? video : undefined;
  return hasPicture ? canvas : undefined;
}

export function isLive(): boolean {
  return video.srcObject !== null;
}

let newest: Blob | undefined;

/** Of pictures that come one upon the other the last is shown, however long each takes to decode. */
export async function showPicture(picture: Blob, name: string): Promise<void> {
  newest = picture;
  const bitmap = await createImageBitmap(picture).catch((cause) => {
    throw new Error(`${name} is no picture that this browser reads`, { cause });
  });
  if (picture !== newest) return bitmap.close();
  stopCamera();
  Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
  canvas.getContext('2d')!.drawImage(bitmap, 0, 0);
  bitmap.close();
  canvas.setAttribute('aria-label', `The picture ${name}`);
  hasPicture = true;
}

export async function startCamera(): Promise<void> {
  const wanted = { video: { facingMode: 'environment', width: { ideal: 640 }, height: { ideal: 480 } } };
  video.srcObject = await navigator.mediaDevices.getUserMedia(wanted).catch((cause) => {
    throw new Error('The camera cannot be used: allow it in the browser, or choose a picture', { cause });
  });
  showLive(true);
  await video.play();
}

export function stopCamera(): void {
  for (const track of (video.srcObject as MediaStream | null)?.getTracks() ?? []) track.stop();
  video.srcObject = null;
  showLive(false);
}

function showLive(live: boolean): void {
  video.hidden = !live;
  canvas.hidden = live;
  hint.hidden = live;
  webcam.setAttribute('aria-pressed', String(live));
  webcam.textContent = live ? 'Stop the camera' : 'Use the camera';
}
