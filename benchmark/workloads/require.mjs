/** What a program pays before its first request. */
export const title = 'loading the module in a fresh process';
export const loading = true;
