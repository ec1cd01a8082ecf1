/** What we use of fflate, so that a bundle holds no more of it. */
export { Inflate } from 'fflate';
