export const NSFWJS_LABELS: string[];
export function nsfwjsModel(): { modelTopology: object; weightSpecs: object[]; weightData: ArrayBuffer };
