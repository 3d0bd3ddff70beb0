export { hostFastPaths } from '@atoll/device/host-fast';
